package idunno.node.shell;

import idunno.node.client.Client;
import idunno.node.codec.Codec;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** One run of a command: what was typed, whom to call, and where to print. */
public final class Call {
  private final Words words;
  private final Session session;

  Call(Words words, Session session) {
    this.words = words;
    this.session = session;
  }

  /** What was typed. */
  public Words words() {
    return words;
  }

  /** The session that it runs in. */
  public Session session() {
    return session;
  }

  /** The cluster that was named. */
  public Client client() {
    return session.client(words.option(Grammar.API).orElseGet(session::api));
  }

  /** Whether JSON is wanted. */
  public boolean json() {
    return words.has(Grammar.JSON);
  }

  /** How text is dressed. */
  public Style style() {
    return session.style();
  }

  /** Takes data. */
  public PrintStream out() {
    return session.out();
  }

  /** Prints one line of data. */
  public void print(String line) {
    session.out().println(line);
  }

  /** Prints what isn't data: a word on how it went. */
  public void remark(String line) {
    session.err().println(line);
  }

  /** Prints a value as the one JSON document of the answer. */
  public void printDocument(Object value) {
    print(new String(Codec.prettyJson().encode(value), StandardCharsets.UTF_8));
  }

  /** Prints a value as one line of a stream of JSON. */
  public void printJsonLine(Object value) {
    print(new String(Codec.json().encode(value), StandardCharsets.UTF_8));
    session.out().flush();
  }

  /** A table in this call's style. */
  public Columns columns() {
    return new Columns(style());
  }

  /** A progress bar for bytes. */
  public ProgressLine bytes(String title) {
    return new ProgressLine(title, Units::bytes, session.err(), style());
  }

  /** A progress bar for queries. */
  public ProgressLine queries(String title) {
    return new ProgressLine(title, Units::count, session.err(), style());
  }
}
