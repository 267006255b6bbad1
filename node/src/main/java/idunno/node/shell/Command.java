package idunno.node.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One command: what it is called, what it takes, what it does. The command line, the interactive
 * shell, completion and every help are made of these.
 *
 * @param name what is typed; two words for a command of a family, such as {@code model add}
 * @param aliases its other names, the classic number first where it has one
 * @param group where it stands in the help
 * @param does what it does, in a few words
 * @param arguments what must or may follow, in order
 * @param flags what else may be given
 * @param remote whether it calls a cluster, and so takes {@code --api} and {@code --json}
 * @param action what it does
 */
public record Command(
    String name,
    List<String> aliases,
    Group group,
    String does,
    List<Argument> arguments,
    List<Flag> flags,
    boolean remote,
    Action action) {
  /** Commands that belong together. */
  public enum Group {
    BEGIN("Begin"),
    MACHINES("Machines"),
    FILES("Files"),
    MODELS("Models"),
    JOBS("Jobs"),
    STATISTICS("Statistics");

    private final String title;

    Group(String title) {
      this.title = title;
    }

    /** The heading in the help. */
    public String title() {
      return title;
    }
  }

  /** How often an argument is given. */
  public enum Arity {
    ONE,
    OPTIONAL,
    ANY
  }

  /**
   * A word at its place.
   *
   * @param label its name in the help, and the name that {@link Words} knows it by
   */
  public record Argument(String label, String does, Arity arity) {
    String synopsis() {
      return switch (arity) {
        case ONE -> label;
        case OPTIONAL -> "[" + label + "]";
        case ANY -> "[" + label + "...]";
      };
    }
  }

  /**
   * An option.
   *
   * @param names with their dashes, such as {@code -r} and {@code --recursive}
   * @param label the name of its value in the help; empty for one without a value
   */
  public record Flag(List<String> names, String label, String does) {
    /** Keeps its own copy of the list. */
    public Flag {
      names = List.copyOf(names);
    }
  }

  /** Keeps its own copies of the lists. */
  public Command {
    aliases = List.copyOf(aliases);
    arguments = List.copyOf(arguments);
    flags = List.copyOf(flags);
  }

  /** A command that calls a cluster. */
  public static Command remote(String name, Group group, String does, Action action) {
    return new Command(name, List.of(), group, does, List.of(), List.of(), true, action);
  }

  /** A command that calls no cluster, or finds its own. */
  public static Command local(String name, Group group, String does, Action action) {
    return new Command(name, List.of(), group, does, List.of(), List.of(), false, action);
  }

  /** The same command under its classic number too. */
  public Command numbered(int number) {
    return alias(Integer.toString(number));
  }

  /** The same command under another name too. */
  public Command alias(String other) {
    List<String> all = new ArrayList<>(aliases);
    all.add(other);
    return new Command(name, all, group, does, arguments, flags, remote, action);
  }

  /** With a word that must be given. */
  public Command takes(String label, String what) {
    return with(new Argument(label, what, Arity.ONE));
  }

  /** With a word that may be given. */
  public Command mayTake(String label, String what) {
    return with(new Argument(label, what, Arity.OPTIONAL));
  }

  /** With any number of words at the end. */
  public Command takesAny(String label, String what) {
    return with(new Argument(label, what, Arity.ANY));
  }

  /** With an option that has no value. */
  public Command flag(String what, String... names) {
    return with(new Flag(List.of(names), "", what));
  }

  /** With an option that has a value. */
  public Command option(String name, String label, String what) {
    return with(new Flag(List.of(name), label, what));
  }

  private Command with(Argument argument) {
    List<Argument> all = new ArrayList<>(arguments);
    all.add(argument);
    return new Command(name, aliases, group, does, all, flags, remote, action);
  }

  private Command with(Flag flag) {
    List<Flag> all = new ArrayList<>(flags);
    all.add(flag);
    return new Command(name, aliases, group, does, arguments, all, remote, action);
  }

  /** All that it is called by. */
  public List<String> names() {
    return Stream.concat(Stream.of(name), aliases.stream()).toList();
  }

  /** The name and the arguments, such as {@code put LOCAL SDFS}. */
  public String synopsis() {
    return Stream.concat(Stream.of(name), arguments.stream().map(Argument::synopsis))
        .reduce((left, right) -> left + " " + right)
        .orElse(name);
  }
}
