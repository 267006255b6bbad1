package idunno.node.convert.torch;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a pickle describes. Functions that it asks for are only named, calls only written down.
 * Lists and dictionaries may hold themselves; so nothing here may walk through all that it holds.
 */
sealed interface Value {
  /** Python's {@code None}. */
  enum None implements Value {
    NONE
  }

  /** True or false. */
  record Truth(boolean value) implements Value {}

  /** A whole number. */
  record Whole(BigInteger value) implements Value {}

  /** A floating-point number. */
  record Real(double value) implements Value {}

  /** A text. */
  record Text(String value) implements Value {}

  /** Bytes; nothing that is read from here on needs to know which. */
  record Raw(int length) implements Value {}

  /** A row that does not grow. */
  final class Tuple implements Value {
    final List<Value> items;

    Tuple(List<Value> items) {
      this.items = List.copyOf(items);
    }
  }

  /** A row that grows. */
  final class Row implements Value {
    final List<Value> items = new ArrayList<>();
  }

  /** A dictionary; of its entries those under a text, in their order. */
  final class Dict implements Value {
    final Map<String, Value> entries = new LinkedHashMap<>();

    /** Whether it is an {@code OrderedDict}, which may have attributes besides. */
    final boolean ordered;

    Dict(boolean ordered) {
      this.ordered = ordered;
    }
  }

  /** A function or class, by its names. */
  record Global(String module, String name) implements Value {
    @Override
    public String toString() {
      return module + "." + name;
    }
  }

  /** A call that was asked for, and not made. */
  final class Call implements Value {
    final Global function;
    final Tuple arguments;

    Call(Global function, Tuple arguments) {
      this.function = function;
      this.arguments = arguments;
    }
  }

  /** Something that lies elsewhere in the file. */
  final class Reference implements Value {
    final Value id;

    Reference(Value id) {
      this.id = id;
    }
  }

  /** What it is, for messages. */
  static String kind(Value value) {
    return switch (value) {
      case None.NONE -> "None";
      case Truth ignored -> "a truth value";
      case Whole ignored -> "a whole number";
      case Real ignored -> "a real number";
      case Text ignored -> "a text";
      case Raw ignored -> "bytes";
      case Tuple ignored -> "a tuple";
      case Row ignored -> "a list";
      case Dict ignored -> "a dictionary";
      case Global global -> global.toString();
      case Call call -> "a result of " + call.function;
      case Reference ignored -> "a reference";
    };
  }
}
