package idunno.node.convert.torch;

import idunno.node.convert.torch.Checkpoint.Claim;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint as {@code torch.save} writes it since PyTorch 1.6: a zip archive with the pickle in
 * {@code NAME/data.pkl} and each storage's bytes in {@code NAME/data/KEY}, none of it compressed.
 * Compressed entries are refused: PyTorch writes none, and so no entry can be larger than the file.
 */
final class ZipCheckpoint {
  private static final String PICKLE = "data.pkl";

  private ZipCheckpoint() {}

  /**
   * Opens a checkpoint.
   *
   * @return its tensors, to be closed
   * @throws IOException if it is none, malformed, or asks for more than a state dict needs
   */
  static StateDict open(Path file) throws IOException {
    ZipFile zip = new ZipFile(file.toFile());
    boolean opened = false;
    try {
      String folder = folder(zip);
      ByteBuffer pickle = ByteBuffer.wrap(small(zip, folder + PICKLE, Pickle.MAX_BYTES));
      if (zip.getEntry(folder + "byteorder") != null) {
        String order =
            new String(small(zip, folder + "byteorder", 16), StandardCharsets.UTF_8).strip();
        if (!order.equals("little")) {
          throw new IOException("expected byte order little, found " + Globals.printable(order));
        }
      }
      Value root = Pickle.read(pickle).root();
      StateDict state =
          StateDict.of(
              Checkpoint.tensors(root, claim -> storage(zip, folder + "data/", claim)), zip);
      opened = true;
      return state;
    } finally {
      if (!opened) {
        zip.close();
      }
    }
  }

  /** The one folder, with its slash, that the checkpoint is in. */
  private static String folder(ZipFile zip) throws IOException {
    List<String> pickles =
        zip.stream()
            .map(ZipEntry::getName)
            .filter(name -> name.endsWith("/" + PICKLE))
            .filter(name -> name.indexOf('/') == name.length() - PICKLE.length() - 1)
            .limit(2)
            .toList();
    if (pickles.size() != 1) {
      throw new IOException(
          "expected a PyTorch checkpoint, a zip archive with one NAME/data.pkl in it; found "
              + (pickles.isEmpty() ? "none" : "several"));
    }
    String pickle = pickles.getFirst();
    String folder = pickle.substring(0, pickle.length() - PICKLE.length());
    if (zip.getEntry(folder + "constants.pkl") != null) {
      throw new IOException(
          "it holds a TorchScript module, which is code; save its tensors alone with"
              + " torch.save(model.state_dict(), file)");
    }
    return folder;
  }

  private static Storage storage(ZipFile zip, String folder, Claim claim) throws IOException {
    String name = folder + claim.key();
    ZipEntry entry = stored(zip, name);
    long bytes = claim.numbers() * claim.type().bytes;
    if (bytes > entry.getSize()) {
      throw new IOException(
          "%s: expected %d bytes for %d numbers, found %d"
              .formatted(Globals.printable(name), bytes, claim.numbers(), entry.getSize()));
    }
    return new Storage(
        claim.type(),
        claim.numbers(),
        (from, into) -> {
          try (InputStream in = zip.getInputStream(entry)) {
            in.skipNBytes(from);
            if (in.readNBytes(into, 0, into.length) < into.length) {
              throw new EOFException(Globals.printable(name) + ": ends in the middle");
            }
          }
        });
  }

  private static byte[] small(ZipFile zip, String name, int most) throws IOException {
    ZipEntry entry = stored(zip, name);
    if (entry.getSize() > most) {
      throw new IOException(
          "%s: expected at most %d bytes, found %d"
              .formatted(Globals.printable(name), most, entry.getSize()));
    }
    try (InputStream in = zip.getInputStream(entry)) {
      return in.readNBytes(most);
    }
  }

  private static ZipEntry stored(ZipFile zip, String name) throws IOException {
    @Nullable ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new IOException("there is no entry " + Globals.printable(name));
    }
    if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
      throw new IOException(
          ("%s: expected an entry that is stored, as PyTorch writes it;"
                  + " found %d bytes compressed to %d")
              .formatted(Globals.printable(name), entry.getSize(), entry.getCompressedSize()));
    }
    return entry;
  }
}
