package idunno.node.shell;

import idunno.node.client.Client;
import java.util.OptionalLong;

/** Reads that take what one node knows by itself, and say how old that may be. */
final class Stale {
  private static final String FLAG = "--stale";

  private Stale() {}

  /** The same command, which can be asked for what the called node knows by itself. */
  static Command mayBe(Command command) {
    return command.flag("as the called node knows it; needs no coordinator, may be old", FLAG);
  }

  /** The client that such a command reads with. */
  static Client client(Call call) {
    return call.words().has(FLAG) ? call.client().stale() : call.client();
  }

  /** Says how old the answer may be, if it is a stale one. */
  static void tell(Call call, Client client) {
    if (call.words().has(FLAG)) {
      OptionalLong staleMs = client.staleMs();
      call.remark(
          staleMs.isPresent()
              ? "as the called node alone knows it: up to "
                  + Units.span(staleMs.getAsLong())
                  + " old"
              : "as the called node alone knows it: of unknown age, since it has not been in touch"
                  + " with a majority since it started");
    }
  }
}
