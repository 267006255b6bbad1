package idunno.node.gateway;

import idunno.core.base.Checks;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The body of a folder upload, file after file: the name's length in bytes (2 bytes, big-endian),
 * the name in UTF-8, the file's length (8 bytes), its bytes, and their CRC32C (4 bytes). A name of
 * no bytes is the end.
 */
final class FolderBody implements Iterator<FilesPort.Part> {
  private static final int MAX_NAME_BYTES = 1024;

  private final DataInputStream in;
  private int nextNameBytes = -1;
  private @Nullable Content current;

  FolderBody(InputStream in) {
    this.in = new DataInputStream(in);
  }

  @Override
  public boolean hasNext() {
    try {
      if (current != null) {
        current.expectEnd();
        current = null;
      }
      if (nextNameBytes < 0) {
        nextNameBytes = in.readUnsignedShort();
      }
      return nextNameBytes > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public FilesPort.Part next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no more files in this upload");
    }
    try {
      if (nextNameBytes > MAX_NAME_BYTES) {
        throw new IllegalArgumentException(
            "folder upload: expected a name of at most "
                + MAX_NAME_BYTES
                + " bytes, found "
                + nextNameBytes);
      }
      byte[] name = in.readNBytes(nextNameBytes);
      nextNameBytes = -1;
      long length = in.readLong();
      if (length < 0) {
        throw new IllegalArgumentException("folder upload: expected a length of 0 or more");
      }
      String text = new String(name, StandardCharsets.UTF_8);
      current = new Content(text, length);
      return new FilesPort.Part(text, current);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One file's bytes; their checksum is looked at before the end is told. */
  private final class Content extends InputStream {
    private final String name;
    private long left;
    private final CRC32C crc = new CRC32C();
    private boolean checked;

    Content(String name, long length) {
      this.name = name;
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (left == 0) {
        expectEnd();
        return -1;
      }
      int read = in.read(into, offset, (int) Math.min(length, left));
      if (read < 0) {
        throw new IOException(
            "folder upload: broke off within " + Checks.quote(name) + "; nothing was committed");
      }
      left -= read;
      crc.update(into, offset, read);
      return read;
    }

    void expectEnd() throws IOException {
      if (checked) {
        return;
      }
      if (left > 0) {
        throw new IOException("folder upload: " + Checks.quote(name) + " was not read to its end");
      }
      int expected = in.readInt();
      checked = true;
      if (expected != (int) crc.getValue()) {
        throw new IOException(
            String.format(
                "folder upload: %s: checksum mismatch (expected %08x, found %08x);"
                    + " nothing was committed, so the same put can be repeated",
                Checks.quote(name), expected, (int) crc.getValue()));
      }
    }
  }
}
