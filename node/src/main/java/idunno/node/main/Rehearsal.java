package idunno.node.main;

import idunno.core.base.Address;
import idunno.core.base.NodeId;
import idunno.core.base.NodeName;
import idunno.core.coordinator.Balance;
import idunno.core.coordinator.Report;
import idunno.core.jobs.Fairness;
import idunno.core.jobs.Phase;
import idunno.core.membership.Member;
import idunno.core.membership.MemberState;
import idunno.node.api.Views;
import idunno.node.codec.Codec;
import idunno.node.shell.Program;
import idunno.node.shell.Session;
import idunno.node.shell.Style;
import idunno.node.transport.Http;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a short command does, done once for the launcher while Java watches: the classes that are
 * loaded here are in its ahead-of-time cache, and every later start is the faster for it.
 */
final class Rehearsal {
  /** Nobody listens there, so that a call is refused at once. */
  private static final Address NOBODY = new Address("127.0.0.1", 1);

  private Rehearsal() {}

  /** Plays it; nothing is printed. */
  static void play(Program program) {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    Map<String, String> environment = Map.of("IDUNNO_API", NOBODY.toString());
    try (Session session =
        new Session(
            InputStream.nullInputStream(),
            nowhere,
            nowhere,
            Style.PLAIN,
            environment,
            Http::client)) {
      program.run(List.of("help"), session);
      program.run(List.of("put", "--help"), session);
      program.run(List.of("list_mem"), session);
    }
    for (Object answer : answers()) {
      Codec.prettyJson().encode(answer);
      Codec.json().decode(Codec.json().encode(answer), answer.getClass());
    }
  }

  private static List<Object> answers() {
    NodeId id = new NodeId(new NodeName("n1"), 1);
    Member member =
        new Member(
            id, new Member.Place("disk", NOBODY, NOBODY, NOBODY, 1, ""), MemberState.ALIVE, 0);
    Balance balance = new Balance(Balance.State.NEVER, 0, 0, 0, 0, 0, 0, 0, 0);
    return List.of(
        new Views.SelfView(
            id.name(), Optional.of(id), Optional.of("cluster"), NOBODY, NOBODY, NOBODY, "", 0),
        new Views.MembersView(
            List.of(
                new Views.MemberView(
                    id,
                    MemberState.ALIVE,
                    Views.Role.WORKER,
                    NOBODY,
                    NOBODY,
                    1,
                    0,
                    "",
                    Optional.empty())),
            true),
        new Views.MasterView(Optional.of(id), 1, 1, List.of()),
        new Views.FilesView(List.of()),
        new Report(
            1,
            0,
            Fairness.RATE,
            Phase.INFERENCE,
            List.of(member),
            List.of(),
            new TreeMap<>(),
            balance));
  }
}
