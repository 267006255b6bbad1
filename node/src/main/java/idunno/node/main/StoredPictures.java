package idunno.node.main;

import idunno.core.files.FileVersion;
import idunno.node.files.FileStore;
import idunno.node.inference.PictureSource;
import idunno.node.pictures.PictureDecoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;

/** Pictures in the store, as inference reads them. */
final class StoredPictures {
  private final FileStore files;

  StoredPictures(FileStore files) {
    this.files = files;
  }

  /** A picture that is read when it is asked for. */
  PictureSource of(FileVersion version) {
    return new PictureSource() {
      @Override
      public byte[] read() throws IOException {
        return StoredPictures.this.read(version);
      }

      @Override
      public Optional<Object> content() {
        return Optional.of(version.extents());
      }
    };
  }

  private byte[] read(FileVersion version) throws IOException {
    if (version.length() > PictureDecoder.MAX_FILE_BYTES) {
      // Read no further than the decoder would look: it refuses the picture for its size.
      return new byte[PictureDecoder.MAX_FILE_BYTES + 1];
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) version.length());
    files.copy(version, bytes);
    return bytes.toByteArray();
  }
}
