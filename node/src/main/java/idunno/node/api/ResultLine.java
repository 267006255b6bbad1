package idunno.node.api;

import idunno.core.files.FileName;
import idunno.core.jobs.QueryResult;
import idunno.node.codec.Codec;
import java.util.List;
import java.util.Optional;

/**
 * One line of a job's results, as it stands in the result file.
 *
 * <p>Nothing in it depends on who ran the query or when, so the file is the same bytes with and
 * without failures of machines.
 *
 * @param query the query's number
 * @param file the picture
 * @param status {@code ok} or {@code failed}
 * @param top the best guesses, best first; absent for a failed query
 * @param reason what is wrong with the picture; absent for one that is well
 */
public record ResultLine(
    long query, FileName file, String status, Optional<List<Top>> top, Optional<String> reason) {
  /**
   * One guess.
   *
   * @param classIndex the class, counting from 0
   * @param label what the model calls it
   * @param score the probability, rounded to four decimals
   */
  public record Top(int classIndex, String label, double score) {}

  /** The line of a result. */
  public static ResultLine of(long query, FileName file, QueryResult result, List<String> labels) {
    return switch (result) {
      case QueryResult.Classified classified ->
          new ResultLine(
              query,
              file,
              "ok",
              Optional.of(
                  classified.guesses().stream()
                      .map(
                          guess ->
                              new Top(
                                  guess.classIndex(),
                                  labels.get(guess.classIndex()),
                                  guess.score() / 10_000.0))
                      .toList()),
              Optional.empty());
      case QueryResult.Failed failed ->
          new ResultLine(query, file, "failed", Optional.empty(), Optional.of(failed.reason()));
    };
  }

  /** This line as JSON, its end included. */
  public byte[] toBytes() {
    byte[] json = Codec.json().encode(this);
    byte[] line = new byte[json.length + 1];
    System.arraycopy(json, 0, line, 0, json.length);
    line[json.length] = '\n';
    return line;
  }
}
