package idunno.node.shell;

import idunno.core.files.FileName;
import idunno.node.client.ByteProgress;
import idunno.node.client.Client;
import idunno.node.client.Fetched;
import idunno.node.shell.Command.Group;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Files out of the store. */
final class GetCommands {
  private static final String SDFS = "SDFS";
  private static final String LOCAL = "LOCAL";
  private static final String STDOUT = "-";
  private static final String BYTES = "--bytes";
  private static final Pattern STRETCH = Pattern.compile("([0-9]{1,18})-([0-9]{1,18})");
  private static final int AT_ONCE = 4;

  private GetCommands() {}

  static List<Command> all() {
    return List.of(
        Stale.mayBe(
            Command.remote(
                    "get", Group.FILES, "fetch a file, or with -r a folder", GetCommands::get)
                .numbered(8)
                .takes(SDFS, "a name in the store; with -r a folder too" + ListCommands.PATTERNS)
                .takes(LOCAL, "a file of this machine, which is replaced; or a folder; - is stdout")
                .option("--version", "N", "fetch that version, not the latest")
                .option(BYTES, "FIRST-LAST", "fetch those bytes alone, counted from 0")
                .flag("fetch all files of a folder or pattern to LOCAL", "-r", "--recursive")),
        Stale.mayBe(
            Command.remote(
                    "get-versions",
                    Group.FILES,
                    "fetch the last N versions in one file",
                    GetCommands::getVersions)
                .numbered(12)
                .takes(SDFS, "a name in the store")
                .takes("N", "how many versions, newest first, a delimiter before each")
                .takes(LOCAL, "a file of this machine, which is replaced; - is stdout")));
  }

  /** Fetches to a path. */
  private interface Fetch {
    Fetched to(Path path, ByteProgress progress) throws IOException;
  }

  private static int get(Call call) throws IOException {
    OptionalInt version =
        call.words()
            .number("--version", 1, Integer.MAX_VALUE)
            .map(number -> OptionalInt.of(number.intValue()))
            .orElse(OptionalInt.empty());
    String local = call.words().text(LOCAL);
    if (call.words().has("--recursive")) {
      if (version.isPresent() || local.equals(STDOUT)) {
        throw new Usage("-r fetches the latest versions to a folder; name one, and no --version");
      }
      return getMany(call, FileCommands.path(LOCAL, local));
    }
    if (call.words().option(BYTES).isPresent()) {
      return getStretch(call, version);
    }
    FileName name = call.words().file(SDFS);
    Client client = Stale.client(call);
    Fetched fetched =
        fetch(call, name, (path, progress) -> client.get(name, version, path, progress));
    describe(call, fetched);
    Stale.tell(call, client);
    return Action.DONE;
  }

  /** What {@code --bytes} asks for, both ends included. */
  private static int getStretch(Call call, OptionalInt version) throws IOException {
    String range = call.words().option(BYTES).orElse("");
    Matcher shape = STRETCH.matcher(range);
    if (!shape.matches() || Long.parseLong(shape.group(2)) < Long.parseLong(shape.group(1))) {
      throw new Usage(BYTES + ": expected FIRST-LAST such as 0-99, found '" + range + "'");
    }
    long from = Long.parseLong(shape.group(1));
    long to = Long.parseLong(shape.group(2)) + 1;
    FileName name = call.words().file(SDFS);
    Client client = Stale.client(call);
    String local = call.words().text(LOCAL);
    if (local.equals(STDOUT)) {
      client.copy(name, version, from, to, call.out());
      call.out().flush();
    } else {
      Path place = FileCommands.path(LOCAL, local);
      Path part = Files.createTempFile(place.toAbsolutePath().getParent(), ".part-", "");
      try {
        int number;
        try (OutputStream out = Files.newOutputStream(part)) {
          number = client.copy(name, version, from, to, out);
        }
        long length = Files.size(part);
        Files.move(part, place, StandardCopyOption.REPLACE_EXISTING);
        call.print(
            "%s  version %d, bytes %d to %d, in %s"
                .formatted(name, number, from, from + length - 1, place));
      } finally {
        Files.deleteIfExists(part);
      }
    }
    Stale.tell(call, client);
    return Action.DONE;
  }

  private static int getVersions(Call call) throws IOException {
    FileName name = call.words().file(SDFS);
    int last = (int) call.words().whole("N", 1, Integer.MAX_VALUE);
    Client client = Stale.client(call);
    Fetched fetched =
        fetch(call, name, (path, progress) -> client.versions(name, last, path, progress));
    describe(call, fetched);
    if (fetched.versions().size() < last) {
      call.remark("there are no more than " + fetched.versions().size() + " versions");
    }
    Stale.tell(call, client);
    return Action.DONE;
  }

  private static Fetched fetch(Call call, FileName name, Fetch fetch) throws IOException {
    String local = call.words().text(LOCAL);
    try (ProgressLine progress = call.bytes("get " + name)) {
      if (local.equals(STDOUT)) {
        return toStdout(call, fetch, progress);
      }
      Path path = FileCommands.path(LOCAL, local);
      Path into = Files.isDirectory(path) ? path.resolve(lastSegment(name)) : path;
      return fetch.to(into, progress);
    }
  }

  /** By way of a temporary file, so that no byte leaves before all of them were found right. */
  private static Fetched toStdout(Call call, Fetch fetch, ProgressLine progress)
      throws IOException {
    Path file = Files.createTempFile("idunno-get-", "");
    try {
      Fetched fetched = fetch.to(file, progress);
      progress.close();
      Files.copy(file, call.out());
      if (call.out().checkError()) {
        throw new IOException("stdout was closed before all of it was written");
      }
      return fetched;
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static String lastSegment(FileName name) {
    return name.value().substring(name.value().lastIndexOf('/') + 1);
  }

  private static void describe(Call call, Fetched fetched) {
    boolean stdout = call.words().text(LOCAL).equals(STDOUT);
    if (call.json()) {
      if (!stdout) {
        call.printDocument(fetched);
      }
      return;
    }
    String versions =
        fetched.versions().stream().map(String::valueOf).collect(Collectors.joining(", "));
    String told =
        "%s  version %s, %s, CRC32C %s, in %s"
            .formatted(
                fetched.name(),
                versions,
                Units.bytes(fetched.length()),
                fetched.crc32c(),
                stdout ? "stdout" : fetched.local());
    if (stdout) {
      call.remark(told);
    } else {
      call.print(told);
    }
  }

  /** What is printed as JSON for many files; the failed ones are named on stderr. */
  record Got(String local, long files, long bytes, long failed, long tookMs) {}

  private static int getMany(Call call, Path local) throws IOException {
    String word = ListCommands.word(call);
    Client client = Stale.client(call);
    long beganNanos = System.nanoTime();
    EachFile.Outcome outcome;
    AtomicLong bytes = new AtomicLong();
    try (Spool names = Spool.of(client, word);
        ProgressLine progress = call.bytes("get " + word)) {
      LocalTree tree = LocalTree.at(local);
      int inBase = names.base().map(base -> base.value().length() + 1).orElse(0);
      outcome =
          EachFile.run(
              call,
              "get",
              names,
              AT_ONCE,
              file -> {
                Path place = tree.place(file.name().value().substring(inBase));
                Share share = new Share(bytes, names.bytes(), progress);
                client.get(file.name(), OptionalInt.empty(), place, share);
              });
    }
    long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos);
    Got got = new Got(local.toString(), outcome.done(), bytes.get(), outcome.failed(), tookMs);
    if (call.json()) {
      call.printDocument(got);
    } else {
      call.print(
          "%s  %s files, %s in %s, in %s%s"
              .formatted(
                  word,
                  Units.count(got.files()),
                  Units.bytes(got.bytes()),
                  Units.span(got.tookMs()),
                  got.local(),
                  got.failed() == 0 ? "" : "; " + Units.count(got.failed()) + " files failed"));
    }
    Stale.tell(call, client);
    return got.failed() == 0 ? Action.DONE : Action.FAILED;
  }

  /** One file's part of the progress of all. */
  private static final class Share implements ByteProgress {
    private final AtomicLong allBytes;
    private final long totalBytes;
    private final ByteProgress progress;
    private long last;

    Share(AtomicLong allBytes, long totalBytes, ByteProgress progress) {
      this.allBytes = allBytes;
      this.totalBytes = totalBytes;
      this.progress = progress;
    }

    @Override
    public synchronized void moved(long doneBytes, long unused) {
      long all = allBytes.addAndGet(doneBytes - last);
      last = doneBytes;
      progress.moved(all, totalBytes);
    }
  }
}
