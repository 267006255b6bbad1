package idunno.node.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.models.Preprocessing;
import idunno.core.models.Preprocessing.Layout;
import idunno.core.models.Preset;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CodecTest {
  record NodeName(String value) implements Comparable<NodeName> {
    NodeName {
      if (value.isEmpty()) {
        throw new IllegalArgumentException("a node's name is empty");
      }
    }

    @Override
    public int compareTo(NodeName other) {
      return value.compareTo(other.value);
    }
  }

  record JobId(long value) implements Comparable<JobId> {
    static JobId valueOf(String text) {
      return new JobId(Long.parseLong(text.substring(1)));
    }

    @Override
    public int compareTo(JobId other) {
      return Long.compare(value, other.value);
    }
  }

  enum Role {
    VOTER,
    WORKER {
      @Override
      public String toString() {
        return "a worker";
      }
    }
  }

  record Member(NodeName name, Role role, boolean ready, int cores, double load) {
    public boolean isVoter() {
      return role == Role.VOTER;
    }

    public String getShout() {
      return name + "!";
    }
  }

  sealed interface Command permits FileCommand, StartJob, Tick, Rename {}

  sealed interface FileCommand extends Command permits CommitVersion, DeleteFile {}

  record CommitVersion(String file, int version, SortedMap<NodeName, Long> replicas)
      implements FileCommand {}

  record DeleteFile(String file) implements FileCommand {}

  record StartJob(JobId job, @Nullable String dataset, Optional<Role> on) implements Command {}

  record Tick() implements Command {}

  record Rename(Member member) implements Command {}

  record Log(List<Command> commands) {}

  @SuppressWarnings("ArrayRecordComponent") // it is bytes that are tried
  record Everything(
      Map<JobId, List<Member>> jobs,
      Map<String, Role> roles,
      Map<Role, Integer> counts,
      Set<NodeName> names,
      byte[] hash,
      float mean,
      long large) {}

  sealed interface Shape permits Circle, Square {}

  record Circle(String type, int radius) implements Shape {}

  record Square(int side) implements Shape {}

  record Nest(@Nullable Nest inner) {}

  private static final Member MEMBER = new Member(new NodeName("n1"), Role.WORKER, true, 2, 0.5);

  private static String json(Object value) {
    return new String(Codec.json().encode(value), UTF_8);
  }

  private static <T> T fromJson(String json, Class<T> type) {
    return Codec.json().decode(json.getBytes(UTF_8), type);
  }

  private static <T> void bothWays(T value, Class<T> type) {
    assertEquals(value, Codec.cbor().decode(Codec.cbor().encode(value), type));
    assertEquals(value, Codec.json().decode(Codec.json().encode(value), type));
    assertEquals(value, Codec.prettyJson().decode(Codec.prettyJson().encode(value), type));
  }

  @Test
  void aRecordIsItsComponentsInOrderAndNothingElse() {
    assertEquals(
        "{\"name\":\"n1\",\"role\":\"WORKER\",\"ready\":true,\"cores\":2,\"load\":0.5}",
        json(MEMBER));
    bothWays(MEMBER, Member.class);
  }

  @Test
  void aSealedRecordNamesItsTypeWhereverItStands() {
    SortedMap<NodeName, Long> replicas = new TreeMap<>();
    replicas.put(new NodeName("n2"), 7L);
    replicas.put(new NodeName("n1"), 5L);
    CommitVersion commit = new CommitVersion("a/b", 3, replicas);
    String expected =
        "{\"type\":\"CommitVersion\",\"file\":\"a/b\",\"version\":3,"
            + "\"replicas\":{\"n1\":5,\"n2\":7}}";
    assertEquals(expected, json(commit));
    assertEquals("[" + expected + "]", json(List.of(commit)), "in a list whose type is erased");
    assertEquals("{\"commands\":[" + expected + "]}", json(new Log(List.of(commit))));
    bothWays(commit, CommitVersion.class);
    bothWays(commit, FileCommand.class);
    bothWays(commit, Command.class);
    bothWays(
        new Log(
            List.of(
                commit,
                new DeleteFile("x"),
                new StartJob(new JobId(9), null, Optional.of(Role.VOTER)),
                new Tick(),
                new Rename(MEMBER))),
        Log.class);
  }

  @Test
  void theTypeNeedNotComeFirst() {
    assertEquals(
        new CommitVersion("f", 1, new TreeMap<>()),
        fromJson(
            "{\"file\":\"f\",\"replicas\":{},\"type\":\"CommitVersion\",\"version\":1}",
            Command.class));
  }

  @Test
  void onlyPermittedRecordsCanBeNamed() {
    for (String type :
        List.of(
            "Member",
            "FileCommand",
            "java.util.ArrayList",
            CommitVersion.class.getName(),
            "CodecTest$Tick",
            "")) {
      String json = "{\"type\":\"" + type + "\"}";
      assertThrows(BadMessage.class, () -> fromJson(json, Command.class), type);
    }
    assertThrows(BadMessage.class, () -> fromJson("{}", Command.class));
    assertThrows(BadMessage.class, () -> fromJson("{\"type\":\"Tick\"}", FileCommand.class));
    assertThrows(BadMessage.class, () -> fromJson("{\"type\":\"Tick\"}", DeleteFile.class));
  }

  @Test
  void aComponentNamedTypeMovesTheTypeAside() {
    assertEquals(
        "{\"@type\":\"Circle\",\"type\":\"flat\",\"radius\":2}", json(new Circle("flat", 2)));
    assertEquals("{\"@type\":\"Square\",\"side\":2}", json(new Square(2)));
    bothWays(new Circle("flat", 2), Shape.class);
  }

  @Test
  void aRecordAroundOneValueIsThatValue() {
    assertEquals("\"n1\"", json(new NodeName("n1")));
    assertEquals("9007199254740993", json(new JobId(9007199254740993L)));
    bothWays(new JobId(Long.MIN_VALUE), JobId.class);
    bothWays(new NodeName("ü/ \" n"), NodeName.class);
    assertEquals("{\"type\":\"DeleteFile\",\"file\":\"x\"}", json(new DeleteFile("x")));
  }

  @Test
  void allKindsOfCollectionsSurvive() {
    Everything all =
        new Everything(
            Map.of(new JobId(-3), List.of(MEMBER)),
            Map.of("a", Role.VOTER),
            Map.of(Role.WORKER, 4),
            new LinkedHashSet<>(List.of(new NodeName("z"), new NodeName("a"), new NodeName("m"))),
            new byte[] {0, -1, 7},
            1.1f,
            Long.MAX_VALUE);
    for (Codec codec : List.of(Codec.cbor(), Codec.json())) {
      Everything back = codec.decode(codec.encode(all), Everything.class);
      assertEquals(all.jobs(), back.jobs());
      assertEquals(all.roles(), back.roles());
      assertEquals(all.counts(), back.counts());
      assertEquals(List.copyOf(all.names()), List.copyOf(back.names()), "a set keeps its order");
      assertArrayEquals(all.hash(), back.hash());
      assertEquals(all.mean(), back.mean());
      assertEquals(all.large(), back.large());
      assertArrayEquals(codec.encode(all), codec.encode(back), "the same value, the same bytes");
    }
  }

  @Test
  void nullAndEmptyAreLeftOutAndReadBack() {
    StartJob bare = new StartJob(new JobId(1), null, Optional.empty());
    assertEquals("{\"type\":\"StartJob\",\"job\":1}", json(bare));
    bothWays(bare, StartJob.class);
    assertEquals(
        bare,
        fromJson("{\"type\":\"StartJob\",\"job\":1,\"on\":null,\"dataset\":null}", StartJob.class));
  }

  @Test
  void ofWhoIsNotTrustedAllButWhatIsOptionalMustBeThere() {
    StartJob whole = new StartJob(new JobId(1), "d", Optional.empty());
    byte[] bytes = Codec.json().encode(whole);
    assertEquals(whole, Codec.json().decodeComplete(bytes, StartJob.class));
    for (String bad :
        List.of(
            "{\"type\":\"StartJob\",\"job\":1}",
            "{\"type\":\"StartJob\",\"job\":1,\"dataset\":null}",
            "{\"type\":\"StartJob\",\"job\":null,\"dataset\":\"d\"}",
            "{\"type\":\"StartJob\",\"dataset\":\"d\"}")) {
      assertThrows(
          BadMessage.class,
          () -> Codec.json().decodeComplete(bad.getBytes(UTF_8), StartJob.class),
          bad);
    }
  }

  @Test
  void aPreprocessingFromBeforeThereWereFiltersMeansWhatItMeant() {
    Preprocessing now = Preset.TF.cut(224, 256, Preprocessing.Filter.BICUBIC, Layout.NHWC);
    bothWays(now, Preprocessing.class);
    String json = new String(Codec.json().encode(now), UTF_8);
    String before = json.replaceAll(",\"(filter|orientation|alpha)\":\"[A-Z_]+\"", "");
    assertFalse(before.contains("BICUBIC"), before);
    assertEquals(
        now.withFilter(Preprocessing.Filter.BILINEAR),
        Codec.json().decode(before.getBytes(UTF_8), Preprocessing.class));
  }

  @Test
  void anUnknownPropertyIsSkipped() {
    assertEquals(
        new Square(2),
        fromJson("{\"@type\":\"Square\",\"new\":{\"a\":[1]},\"side\":2}", Shape.class));
  }

  @Test
  void anythingElseThatIsNotTheMessageIsABadMessage() {
    String good = json(MEMBER);
    assertEquals(MEMBER, fromJson(good, Member.class));
    for (String bad :
        List.of(
            good.replace(",\"cores\":2", ""),
            good.replace("\"cores\":2", "\"cores\":null"),
            good.replace("\"cores\":2", "\"cores\":\"2\""),
            good.replace("\"cores\":2", "\"cores\":2.5"),
            good.replace("\"cores\":2", "\"cores\":3000000000"),
            good.replace("true", "1"),
            good.replace("WORKER", "a worker"),
            good.replace("\"WORKER\"", "1"),
            good.replace("\"n1\"", "\"\""),
            good.replace("\"n1\"", "1"),
            good.replace("\"n1\"", "{\"value\":\"n1\"}"),
            good.substring(0, good.length() - 1),
            good + "{}",
            "[" + good + "]",
            "null",
            "")) {
      assertThrows(BadMessage.class, () -> fromJson(bad, Member.class), bad);
    }
    assertThrows(BadMessage.class, () -> fromJson("\"j1\"", JobId.class), "no valueOf");
    String wrongKey = "{\"jobs\":{\"x\":[]},\"mean\":0,\"large\":0}";
    BadMessage e = assertThrows(BadMessage.class, () -> fromJson(wrongKey, Everything.class));
    assertTrue(e.toString().contains("Everything.jobs"), e.toString());
  }

  @Test
  void noBytesAtAllCauseAnotherException() {
    Random random = new Random(7);
    byte[] good = Codec.cbor().encode(new Log(List.of(new Rename(MEMBER), new DeleteFile("x"))));
    int refused = 0;
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = good.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        Codec.cbor().decode(Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)), Log.class);
      } catch (BadMessage e) {
        refused++;
      }
    }
    assertTrue(refused > 2_500, "refused " + refused);
  }

  @Test
  void depthAndLengthAreBounded() {
    String deep = "{\"inner\":".repeat(100) + "{}" + "}".repeat(100);
    assertThrows(BadMessage.class, () -> fromJson(deep, Nest.class));
    Nest nest = new Nest(null);
    for (int i = 0; i < 100; i++) {
      nest = new Nest(nest);
    }
    Nest tooDeep = nest;
    assertThrows(IllegalArgumentException.class, () -> Codec.cbor().encode(tooDeep));
    Codec small = Codec.cbor(10);
    assertThrows(BadMessage.class, () -> small.decode(small.encode(MEMBER), Member.class));
    byte[] large = Codec.cbor().encode(new DeleteFile("x".repeat(100_000)));
    Codec medium = Codec.cbor(10_000);
    assertThrows(
        BadMessage.class, () -> medium.decode(new ByteArrayInputStream(large), Command.class));
    byte[] claim = {0x7a, 0x7f, -1, -1, -1, 'x'};
    assertThrows(BadMessage.class, () -> Codec.cbor().decode(claim, NodeName.class));
  }

  @Test
  void aStreamStaysOpenAndItsFailuresAreItsOwn() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Codec.cbor().encode(MEMBER, out);
    assertArrayEquals(Codec.cbor().encode(MEMBER), out.toByteArray());
    var in = new ByteArrayInputStream(out.toByteArray());
    assertEquals(MEMBER, Codec.cbor().decode(in, Member.class));
    InputStream broken = new PipedInputStream(); // connected to nothing, so every read fails
    assertThrows(IOException.class, () -> Codec.cbor().decode(broken, Member.class));
  }

  @Test
  void whatIsNotARecordUnderASealedInterfaceIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Codec.cbor().encode(new Odd.Fine(1, 2)));
  }

  sealed interface Odd permits Odd.Fine, Odd.Strange {
    record Fine(int a, int b) implements Odd {}

    final class Strange implements Odd {}
  }
}
