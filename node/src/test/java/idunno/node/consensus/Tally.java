package idunno.node.consensus;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A replicated list of words; the reply to a word is its position. Notices when it is called by two
 * threads at once.
 */
final class Tally implements Replicated {
  static final String POISON = "poison";

  private final List<String> words = new ArrayList<>();
  private int loads;
  private volatile boolean busy;

  /** What the next words wait for before they are applied. */
  volatile CountDownLatch gate = new CountDownLatch(0);

  @Override
  public byte[] apply(byte[] entry) {
    enter();
    String word = new String(entry, StandardCharsets.UTF_8);
    if (word.equals(POISON)) {
      throw new IllegalStateException("cannot apply " + word);
    }
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    int position;
    synchronized (this) {
      position = words.size();
      words.add(word);
    }
    busy = false;
    return Integer.toString(position).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void writeSnapshot(OutputStream out) throws IOException {
    enter();
    DataOutputStream data = new DataOutputStream(out);
    List<String> now = words();
    data.writeInt(now.size());
    for (String word : now) {
      data.writeUTF(word);
    }
    data.flush();
    busy = false;
  }

  @Override
  public void readSnapshot(InputStream in) throws IOException {
    enter();
    DataInputStream data = new DataInputStream(in);
    List<String> read = new ArrayList<>();
    for (int left = data.readInt(); left > 0; left--) {
      read.add(data.readUTF());
    }
    synchronized (this) {
      words.clear();
      words.addAll(read);
      loads++;
    }
    busy = false;
  }

  synchronized List<String> words() {
    return List.copyOf(words);
  }

  synchronized int size() {
    return words.size();
  }

  /** How often the whole state was replaced. */
  synchronized int loads() {
    return loads;
  }

  private void enter() {
    if (busy) {
      throw new IllegalStateException("two calls at once");
    }
    busy = true;
  }
}
