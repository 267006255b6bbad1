package idunno.node.zoo;

import static idunno.node.convert.Message.says;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.ProxySelector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Downloads that are cut off in the middle. */
@Timeout(60)
class ResumeTest {
  private static final int CUT = 100_000;

  private final byte[] body = new byte[300_000];
  private final Arrivals arrivals = new Arrivals();

  @TempDir Path folder;

  @BeforeEach
  void chooseABody() {
    new Random(8).nextBytes(body);
  }

  private void fetch(Registry registry, int attempts) throws IOException {
    Download download =
        new Download(new Download.Patience(20_000, 20_000, attempts, 1), ProxySelector.of(null));
    Source source = registry.file("net.pth", body);
    download.fetch(
        source.location(registry.base()),
        Wanted.pinned(source, "say where it is"),
        folder,
        source.checksum().key(),
        to(),
        arrivals);
  }

  private Path to() {
    return folder.resolve("net.pth");
  }

  private List<String> left() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.endsWith(".lock") && !name.equals("net.pth"))
          .sorted()
          .toList();
    }
  }

  private String partial() {
    return "." + Registry.sha256(body).text().substring(0, 40) + ".partial";
  }

  @Test
  void goesOnWhereTheConnectionWasCutWithoutAskingForAByteTwice() throws IOException {
    try (Registry registry = Registry.cutting(body, "\"v1\"", 2, CUT, arrivals)) {
      fetch(registry, 5);
      assertEquals(List.of("", "bytes=100000-", "bytes=200000-"), registry.headers("Range"));
      assertEquals(List.of("", "\"v1\"", "\"v1\""), registry.headers("If-Range"));
    }
    assertArrayEquals(body, Files.readAllBytes(to()));
    assertEquals(List.of(), left());
    List<Long> heard = arrivals.heard();
    assertEquals(heard.stream().sorted().toList(), heard);
    assertEquals((long) body.length, heard.getLast());
  }

  @Test
  void aLaterProcessGoesOnWithWhatAnEarlierOneLeft() throws IOException {
    try (Registry registry = Registry.cutting(body, "\"v1\"", 1, CUT, arrivals)) {
      IOException e = assertThrows(IOException.class, () -> fetch(registry, 1));
      says(e, "100000 bytes are kept, the next attempt goes on from there");
      assertFalse(Files.exists(to()));
      assertEquals(CUT, Files.size(folder.resolve(partial())));
      fetch(registry, 1);
      assertEquals(List.of("", "bytes=100000-"), registry.headers("Range"));
      assertEquals(2, registry.requests.get());
    }
    assertArrayEquals(body, Files.readAllBytes(to()));
    assertEquals(List.of(), left());
  }

  @Test
  void anotherServerGoesOnWithoutTheFirstOnesVersion() throws IOException {
    try (Registry first = Registry.cutting(body, "\"v1\"", 1, CUT, arrivals);
        Registry second = Registry.cutting(body, "\"other\"", 0, 0, arrivals)) {
      assertThrows(IOException.class, () -> fetch(first, 1));
      fetch(second, 1);
      assertEquals(List.of("bytes=100000-"), second.headers("Range"));
      assertEquals(List.of(""), second.headers("If-Range"));
    }
    assertArrayEquals(body, Files.readAllBytes(to()));
  }

  @Test
  void aWeakVersionIsNotAskedFor() throws IOException {
    try (Registry registry = Registry.cutting(body, "W/\"v1\"", 1, CUT, arrivals)) {
      fetch(registry, 2);
      assertEquals(List.of("", "bytes=100000-"), registry.headers("Range"));
      assertEquals(List.of("", ""), registry.headers("If-Range"));
    }
    assertArrayEquals(body, Files.readAllBytes(to()));
  }

  @Test
  void beginsAnewWhereTheServerKnowsNoRanges() throws IOException {
    try (Registry registry =
        new Registry(
            (exchange, request) -> {
              Registry.cut(exchange, 200, body, request == 1 ? CUT : body.length);
              arrivals.await(CUT);
            })) {
      fetch(registry, 2);
      assertEquals(List.of("", "bytes=100000-"), registry.headers("Range"));
    }
    assertArrayEquals(body, Files.readAllBytes(to()));
    assertEquals(List.of(), left());
  }

  @Test
  void beginsAnewWhereTheFileHasChangedMeanwhile() throws IOException {
    byte[] old = new byte[body.length];
    try (Registry registry =
        new Registry(
            (exchange, request) -> {
              if (request == 1) {
                arrivals.await(Registry.part(exchange, old, "\"old\"", CUT));
              } else {
                Registry.part(exchange, body, "\"new\"", body.length);
              }
            })) {
      fetch(registry, 2);
      assertEquals(List.of("", "\"old\""), registry.headers("If-Range"));
    }
    assertArrayEquals(body, Files.readAllBytes(to()));
  }

  @Test
  void beginsAnewOnceWhereWhatWasThereDoesNotFitTheRest() throws IOException {
    Files.write(folder.resolve(partial()), new byte[CUT]);
    try (Registry registry = Registry.cutting(body, "\"v1\"", 0, 0, arrivals)) {
      fetch(registry, 1);
      assertEquals(List.of("bytes=100000-", ""), registry.headers("Range"));
    }
    assertArrayEquals(body, Files.readAllBytes(to()));
  }

  @Test
  void refusesAfterBeginningAnewOnce() throws IOException {
    Files.write(folder.resolve(partial()), new byte[CUT]);
    byte[] other = body.clone();
    other[0] ^= 1;
    try (Registry registry = Registry.cutting(other, "\"v1\"", 0, 0, arrivals)) {
      IOException e = assertThrows(IOException.class, () -> fetch(registry, 5));
      says(e, "expected " + Registry.sha256(body) + ", found " + Registry.sha256(other));
      assertEquals(2, registry.requests.get());
    }
    assertFalse(Files.exists(to()));
    assertEquals(List.of(), left());
  }

  @Test
  void asksNobodyWhereAllBytesHadComeBeforeTheEnd() throws IOException {
    Files.write(folder.resolve(partial()), body);
    try (Registry registry = Registry.of(body)) {
      fetch(registry, 1);
      assertEquals(0, registry.requests.get());
    }
    assertArrayEquals(body, Files.readAllBytes(to()));
  }

  @Test
  void beginsAnewWhereTheServerGivesAnotherRangeOrNone() throws IOException {
    for (int status : List.of(206, 416)) {
      Files.deleteIfExists(to());
      Files.write(folder.resolve(partial()), new byte[CUT]);
      try (Registry registry =
          new Registry(
              (exchange, request) -> {
                exchange.getResponseHeaders().set("Content-Range", "bytes 7-8/9");
                Registry.send(exchange, request == 1 ? status : 200, body);
              })) {
        fetch(registry, 1);
        assertEquals(List.of("bytes=100000-", ""), registry.headers("Range"));
      }
      assertArrayEquals(body, Files.readAllBytes(to()));
    }
  }

  @Test
  void aPartWithATagOfNoUseIsGoneOnWithAllTheSame() throws IOException {
    Files.write(folder.resolve(partial()), Arrays.copyOf(body, CUT));
    Files.write(folder.resolve(partial().replace(".partial", ".origin.partial")), new byte[99_999]);
    try (Registry registry = Registry.cutting(body, "\"v1\"", 0, 0, arrivals)) {
      fetch(registry, 1);
      assertEquals(List.of("bytes=100000-"), registry.headers("Range"));
    }
    assertArrayEquals(body, Files.readAllBytes(to()));
  }

  @Test
  void anAttemptThatBringsMuchDoesNotCount() throws IOException {
    byte[] large = new byte[5 << 20];
    new Random(9).nextBytes(large);
    try (Registry registry =
        Registry.cutting(large, "\"v1\"", 4, (1 << 20) + (1 << 17), arrivals)) {
      Source source = registry.file("large.pth", large);
      new Download(new Download.Patience(20_000, 20_000, 1, 1), ProxySelector.of(null))
          .fetch(
              source.location(registry.base()),
              Wanted.pinned(source, ""),
              folder,
              "large",
              folder.resolve("large.pth"),
              arrivals);
      assertEquals(5, registry.requests.get());
    }
    assertArrayEquals(large, Files.readAllBytes(folder.resolve("large.pth")));
  }
}
