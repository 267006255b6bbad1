package idunno.node.convert.torch;

import idunno.node.convert.torch.Checkpoint.Claim;
import idunno.node.convert.torch.Value.Dict;
import idunno.node.convert.torch.Value.Reference;
import idunno.node.convert.torch.Value.Row;
import idunno.node.convert.torch.Value.Text;
import idunno.node.convert.torch.Value.Truth;
import idunno.node.convert.torch.Value.Whole;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * A checkpoint as {@code torch.save} wrote it before PyTorch 1.6, and still does when asked to:
 * five pickles one behind the other (a magic number, the format's version, the machine, the object,
 * the storages' keys), then for each key how many numbers its storage has, in 8 bytes, and the
 * numbers.
 */
final class LegacyCheckpoint {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final BigInteger VERSION = BigInteger.valueOf(1001);

  /** Far more than the five pickles of any network need. */
  private static final int MAX_PICKLES_BYTES = 2 * Pickle.MAX_BYTES;

  private LegacyCheckpoint() {}

  /**
   * Opens a checkpoint.
   *
   * @return its tensors, to be closed
   * @throws IOException if it is none, malformed, or asks for more than a state dict needs
   */
  static StateDict open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    boolean opened = false;
    try {
      StateDict state = read(channel);
      opened = true;
      return state;
    } finally {
      if (!opened) {
        channel.close();
      }
    }
  }

  private static StateDict read(FileChannel file) throws IOException {
    byte[] start = new byte[(int) Math.min(file.size(), MAX_PICKLES_BYTES)];
    Storage.part(file, 0).read(0, start);
    ByteBuffer in = ByteBuffer.wrap(start);
    if (!(Pickle.read(in).root() instanceof Whole(var magic)) || !magic.equals(MAGIC)) {
      throw new IOException(
          "expected a PyTorch checkpoint, found a pickle of another kind; save with"
              + " torch.save(model.state_dict(), file)");
    }
    if (!(Pickle.read(in).root() instanceof Whole(var version)) || !version.equals(VERSION)) {
      throw new IOException("expected version " + VERSION + " of PyTorch's format");
    }
    if (!(Pickle.read(in).root() instanceof Dict machine)
        || !(machine.entries.get("little_endian") instanceof Truth(var little))
        || !little) {
      throw new IOException("expected numbers in little-endian byte order");
    }
    Pickle.Content object = Pickle.read(in);
    if (!(Pickle.read(in).root() instanceof Row keys)) {
      throw new IOException("expected a list of the storages' keys");
    }
    Map<String, Claim> claims = claims(object);
    Map<String, Storage> storages = new HashMap<>();
    long position = in.position();
    for (Value key : keys.items) {
      if (!(key instanceof Text(var name)) || !claims.containsKey(name)) {
        throw new IOException("expected the key of a storage, found one that no tensor names");
      }
      Storage storage = storage(file, position, claims.get(name));
      storages.put(name, storage);
      position += Long.BYTES + storage.bytes();
    }
    return StateDict.of(
        Checkpoint.tensors(
            object.root(),
            claim -> {
              Storage storage = storages.get(claim.key());
              if (storage == null) {
                throw new IOException("no storage " + Globals.printable(claim.key()));
              }
              return storage;
            }),
        file);
  }

  private static Map<String, Claim> claims(Pickle.Content object) throws IOException {
    Map<String, Claim> claims = new HashMap<>();
    for (Reference reference : object.references()) {
      Claim claim = Checkpoint.claim(reference);
      Claim before = claims.put(claim.key(), claim);
      if (before != null && !before.equals(claim)) {
        throw new IOException(
            "storage "
                + Globals.printable(claim.key())
                + ": found as "
                + before
                + ", and as "
                + claim);
      }
    }
    return claims;
  }

  private static Storage storage(FileChannel file, long position, Claim claim) throws IOException {
    byte[] count = new byte[Long.BYTES];
    long left = file.size() - position - count.length;
    if (left < 0) {
      throw new EOFException("the file ends before storage " + Globals.printable(claim.key()));
    }
    Storage.part(file, position).read(0, count);
    long numbers = ByteBuffer.wrap(count).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (numbers != claim.numbers() || numbers > left / claim.type().bytes) {
      throw new IOException(
          ("storage %s: the pickle says %d numbers, the storage itself %d,"
                  + " and the file has %d bytes left")
              .formatted(Globals.printable(claim.key()), claim.numbers(), numbers, left));
    }
    return new Storage(claim.type(), numbers, Storage.part(file, position + count.length));
  }
}
