package idunno.node.convert.torch;

import idunno.node.convert.torch.Value.Call;
import idunno.node.convert.torch.Value.Dict;
import idunno.node.convert.torch.Value.Global;
import idunno.node.convert.torch.Value.None;
import idunno.node.convert.torch.Value.Raw;
import idunno.node.convert.torch.Value.Real;
import idunno.node.convert.torch.Value.Reference;
import idunno.node.convert.torch.Value.Row;
import idunno.node.convert.torch.Value.Text;
import idunno.node.convert.torch.Value.Truth;
import idunno.node.convert.torch.Value.Tuple;
import idunno.node.convert.torch.Value.Whole;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a pickle without running anything. A pickle is a program for a small stack machine; Python
 * lets it import and call whatever it names. This machine knows the instructions that dictionaries
 * of tensors consist of, protocols 2 to 5 (<a
 * href="https://github.com/python/cpython/blob/3.11/Lib/pickletools.py">pickletools</a>), writes
 * down the calls that {@link Globals} allows, and refuses every other name as soon as it is named.
 *
 * <p>All that it makes is bounded: by the length of the input, and by {@link #MAX_VALUES}, {@link
 * #MAX_STACK}, {@link #MAX_MARKS}, {@link #MAX_TEXT_BYTES} and {@link #MAX_WHOLE_BYTES}. The
 * largest state dict of torchvision needs about a hundredth of each.
 */
final class Pickle {
  /** The most bytes in one pickle. */
  static final int MAX_BYTES = 8 << 20;

  /** The most values, remembered ones counted again. */
  static final int MAX_VALUES = 1_000_000;

  /** The most values that wait to be used. */
  static final int MAX_STACK = 100_000;

  /** How deep values may be nested while they are made. */
  static final int MAX_MARKS = 100;

  /** The longest text, in bytes of UTF-8. */
  static final int MAX_TEXT_BYTES = 1 << 16;

  /** The longest whole number. */
  static final int MAX_WHOLE_BYTES = 16;

  /**
   * What a pickle held.
   *
   * @param root what it describes
   * @param references what it says lies elsewhere, in the order of their appearance
   */
  record Content(Value root, List<Reference> references) {}

  private final ByteBuffer in;
  private final int start;
  private final List<Value> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private final Map<Integer, Value> memo = new HashMap<>();
  private final List<Reference> references = new ArrayList<>();
  private int made;

  private Pickle(ByteBuffer in) {
    this.in = in;
    this.start = in.position();
  }

  /**
   * Reads one pickle.
   *
   * @param in begins with it; is left at the byte after it
   * @throws IOException if it is cut off, malformed, beyond a bound, or asks for something that a
   *     dictionary of tensors does not consist of
   */
  static Content read(ByteBuffer in) throws IOException {
    ByteBuffer bounded = in.slice(in.position(), Math.min(in.remaining(), MAX_BYTES));
    bounded.order(ByteOrder.LITTLE_ENDIAN);
    Pickle pickle = new Pickle(bounded);
    try {
      Value root = pickle.run();
      in.position(in.position() + bounded.position());
      return new Content(root, List.copyOf(pickle.references));
    } catch (BufferUnderflowException e) {
      throw new IOException(
          "the pickle ends in the middle, or has more than " + MAX_BYTES + " bytes", e);
    }
  }

  private Value run() throws IOException {
    if (octet() != 0x80) {
      throw new IOException("expected a pickle, which begins with the byte 80");
    }
    int protocol = octet();
    if (protocol < 2 || protocol > 5) {
      throw new IOException("expected a pickle of protocol 2 to 5, found " + protocol);
    }
    while (true) {
      int at = in.position() - start;
      int code = octet();
      if (code == '.') {
        return pop();
      }
      if (!constant(code) && !structure(code) && !memory(code) && !code(code)) {
        throw new IOException(
            ("the pickle has instruction %02x at byte %d; a state dict has no need of it;"
                    + " nothing was run")
                .formatted(code, at));
      }
    }
  }

  /** Instructions that push what they hold. */
  private boolean constant(int code) throws IOException {
    switch (code) {
      case 'N' -> push(None.NONE);
      case 0x88 -> push(new Truth(true));
      case 0x89 -> push(new Truth(false));
      case 'J' -> push(whole(in.getInt()));
      case 'K' -> push(whole(octet()));
      case 'M' -> push(whole(in.getShort() & 0xffff));
      case 0x8a -> push(longWhole(octet()));
      case 0x8b -> push(longWhole(in.getInt()));
      case 'G' -> push(new Real(Double.longBitsToDouble(Long.reverseBytes(in.getLong()))));
      case 'X' -> push(text(in.getInt() & 0xffff_ffffL));
      case 0x8c, 'U' -> push(text(octet()));
      case 0x8d -> push(text(in.getLong()));
      case 'T' -> push(text(in.getInt()));
      case 'B' -> push(raw(in.getInt() & 0xffff_ffffL));
      case 'C' -> push(raw(octet()));
      case 0x8e -> push(raw(in.getLong()));
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Instructions that make rows and dictionaries. */
  private boolean structure(int code) throws IOException {
    switch (code) {
      case '(' -> mark();
      case '0' -> pop();
      case '1' -> popToMark();
      case ')' -> push(new Tuple(List.of()));
      case 't' -> push(new Tuple(popToMark()));
      case 0x85 -> push(new Tuple(pop(1)));
      case 0x86 -> push(new Tuple(pop(2)));
      case 0x87 -> push(new Tuple(pop(3)));
      case ']' -> push(new Row());
      case 'a' -> append(pop(1));
      case 'e' -> append(popToMark());
      case '}' -> push(new Dict(false));
      case 's' -> put(pop(2));
      case 'u' -> put(popToMark());
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Instructions that remember a value and push it again, and the frames around them. */
  private boolean memory(int code) throws IOException {
    switch (code) {
      case 'q' -> remember(octet());
      case 'r' -> remember(in.getInt());
      case 0x94 -> remember(memo.size());
      case 'h' -> push(remembered(octet()));
      case 'j' -> push(remembered(in.getInt()));
      case 0x95 -> frame(in.getLong());
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Instructions by which Python would import and call. */
  private boolean code(int code) throws IOException {
    switch (code) {
      case 'c' -> push(Globals.check(new Global(line(), line())));
      case 0x93 -> {
        List<Value> names = pop(2);
        push(Globals.check(new Global(name(names.get(0)), name(names.get(1)))));
      }
      case 'R' -> call(pop(2));
      case 'b' -> attributes(pop(1).getFirst());
      case 'Q' -> {
        Reference reference = new Reference(pop());
        references.add(reference);
        push(reference);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void call(List<Value> operands) throws IOException {
    if (!(operands.get(0) instanceof Global function)
        || !(operands.get(1) instanceof Tuple arguments)) {
      throw malformed("a call of " + Value.kind(operands.get(0)));
    }
    if (!function.equals(Globals.ORDERED_DICT)) {
      push(new Call(function, arguments));
    } else if (arguments.items.isEmpty()) {
      push(new Dict(true));
    } else {
      throw malformed("an OrderedDict with arguments");
    }
  }

  /** A state dict has its modules' versions as attributes; no tensor depends on them. */
  private void attributes(Value state) throws IOException {
    if (!(top() instanceof Dict dict) || !dict.ordered || !(state instanceof Dict)) {
      throw malformed("attributes of " + Value.kind(top()));
    }
  }

  private void append(List<Value> items) throws IOException {
    if (!(top() instanceof Row row)) {
      throw malformed("items for " + Value.kind(top()));
    }
    row.items.addAll(items);
  }

  private void put(List<Value> entries) throws IOException {
    if (!(top() instanceof Dict dict) || entries.size() % 2 != 0) {
      throw malformed("entries for " + Value.kind(top()));
    }
    for (int i = 0; i < entries.size(); i += 2) {
      if (entries.get(i) instanceof Text key) {
        dict.entries.put(key.value(), entries.get(i + 1));
      }
    }
  }

  private void mark() throws IOException {
    if (marks.size() == MAX_MARKS) {
      throw new IOException("the pickle nests values more than " + MAX_MARKS + " deep");
    }
    marks.add(stack.size());
  }

  private void push(Value value) throws IOException {
    count();
    if (stack.size() == MAX_STACK) {
      throw new IOException("the pickle has more than " + MAX_STACK + " values under way");
    }
    stack.add(value);
  }

  private void count() throws IOException {
    if (++made > MAX_VALUES) {
      throw new IOException("the pickle has more than " + MAX_VALUES + " values");
    }
  }

  private Value pop() throws IOException {
    return pop(1).getFirst();
  }

  /** The topmost values, in the order in which they came. */
  private List<Value> pop(int count) throws IOException {
    // What lies below a mark is out of reach until the mark is taken off.
    if (stack.size() - (marks.isEmpty() ? 0 : marks.getLast()) < count) {
      throw malformed("a value that is not there");
    }
    return cut(stack.size() - count);
  }

  private List<Value> popToMark() throws IOException {
    if (marks.isEmpty()) {
      throw malformed("a mark that is not there");
    }
    return cut(marks.removeLast());
  }

  private List<Value> cut(int from) {
    List<Value> tail = stack.subList(from, stack.size());
    List<Value> values = List.copyOf(tail);
    tail.clear();
    return values;
  }

  private Value top() throws IOException {
    if (stack.isEmpty()) {
      throw malformed("a value that is not there");
    }
    return stack.getLast();
  }

  private void remember(int slot) throws IOException {
    count();
    memo.put(slot, top());
  }

  private Value remembered(int slot) throws IOException {
    Value value = memo.get(slot);
    if (value == null) {
      throw malformed("a remembered value that is not there");
    }
    return value;
  }

  private void frame(long bytes) throws IOException {
    if (bytes < 0 || bytes > in.remaining()) {
      throw malformed("a frame of " + Long.toUnsignedString(bytes) + " bytes");
    }
  }

  private static Whole whole(int value) {
    return new Whole(BigInteger.valueOf(value));
  }

  private Whole longWhole(int length) throws IOException {
    if (length < 0 || length > MAX_WHOLE_BYTES) {
      throw malformed("a whole number of " + Integer.toUnsignedString(length) + " bytes");
    }
    byte[] bigEndian = new byte[length];
    for (int i = length - 1; i >= 0; i--) {
      bigEndian[i] = in.get();
    }
    return new Whole(length == 0 ? BigInteger.ZERO : new BigInteger(bigEndian));
  }

  private Text text(long length) throws IOException {
    if (length < 0 || length > MAX_TEXT_BYTES || length > in.remaining()) {
      throw malformed("a text of " + Long.toUnsignedString(length) + " bytes");
    }
    byte[] bytes = new byte[(int) length];
    in.get(bytes);
    return new Text(new String(bytes, StandardCharsets.UTF_8));
  }

  private Raw raw(long length) throws IOException {
    if (length < 0 || length > in.remaining()) {
      throw malformed("bytes, " + Long.toUnsignedString(length) + " of them");
    }
    in.position(in.position() + (int) length);
    return new Raw((int) length);
  }

  /** A name, up to the end of its line. */
  private String line() throws IOException {
    int from = in.position();
    int length = 0;
    while (in.get() != '\n') {
      if (++length > MAX_TEXT_BYTES) {
        throw malformed("a name of more than " + MAX_TEXT_BYTES + " bytes");
      }
    }
    byte[] bytes = new byte[length];
    in.get(from, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private String name(Value value) throws IOException {
    if (value instanceof Text text) {
      return text.value();
    }
    throw malformed("a name that is " + Value.kind(value));
  }

  private int octet() {
    return in.get() & 0xff;
  }

  private IOException malformed(String found) {
    return new IOException(
        "the pickle is malformed: found %s before byte %d".formatted(found, in.position() - start));
  }
}
