package idunno.node.shell;

import idunno.node.api.ListViews.Meaning;
import idunno.node.client.Client;
import idunno.node.client.Refused;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/** {@code delete} of all files that a pattern fits, or of a folder: one delete after the other. */
final class ManyDeletes {
  /** The cluster remembers the replies to the last 64 changes of a client: fewer are under way. */
  private static final int AT_ONCE = 8;

  private ManyDeletes() {}

  /** What is printed as JSON. */
  record Deleted(String word, long files, long versions, long failed) {}

  /**
   * Deletes them.
   *
   * @param keepMs how long they can be had back; empty for as long as is usual
   * @throws Usage if there are several and {@code -r} was not given
   */
  static int run(Call call, String word, boolean recursive, OptionalLong keepMs)
      throws IOException {
    Client client = call.client();
    try (Spool names = Spool.of(client, word)) {
      if (!recursive && (names.meaning() == Meaning.FOLDER || names.files() > 1)) {
        throw new Usage(
            "%s is %s files; delete -r deletes them all"
                .formatted(word, Units.count(names.files())));
      }
      AtomicLong versions = new AtomicLong();
      EachFile.Outcome outcome =
          EachFile.run(
              call,
              "delete",
              names,
              AT_ONCE,
              file -> {
                try {
                  versions.addAndGet(client.delete(file.name(), keepMs).versions());
                } catch (Refused e) {
                  if (!e.isNotFound()) {
                    throw e;
                  }
                  // Somebody else has deleted it meanwhile.
                }
              });
      Deleted deleted = new Deleted(word, outcome.done(), versions.get(), outcome.failed());
      if (call.json()) {
        call.printDocument(deleted);
      } else {
        call.print(
            "%s  deleted, %s files with %s versions%s"
                .formatted(
                    word,
                    Units.count(deleted.files()),
                    Units.count(deleted.versions()),
                    deleted.failed() == 0
                        ? ""
                        : "; " + Units.count(deleted.failed()) + " files failed"));
      }
      return deleted.failed() == 0 ? Action.DONE : Action.FAILED;
    }
  }
}
