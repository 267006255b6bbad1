package idunno.core.simulation;

import idunno.core.base.Range;
import idunno.core.files.FileName;
import idunno.core.jobs.Guess;
import idunno.core.jobs.QueryResult;
import idunno.core.models.ModelName;
import java.util.ArrayList;
import java.util.List;

/**
 * One job of a scenario, and the right answers to its queries.
 *
 * @param model its model, no other job's
 * @param dataset its dataset, no other job's
 * @param files how many files the dataset has
 * @param range its queries
 * @param batchSize queries a batch
 * @param weight its weight
 * @param costMs what one query costs on a machine of slowness 1, in milliseconds
 * @param submitMs when it is submitted
 */
record JobPlan(
    ModelName model,
    FileName dataset,
    int files,
    Range range,
    int batchSize,
    int weight,
    int costMs,
    long submitMs) {

  /** The name of one file of the dataset: sorted by name is sorted by number. */
  FileName file(long number) {
    return dataset.resolve(String.format("%06d.jpg", number));
  }

  /** The answer to one query: it depends on the model and the file's name alone. */
  static QueryResult answer(ModelName model, FileName file) {
    long hash = 0xcbf29ce484222325L;
    String both = model + ":" + file;
    for (int i = 0; i < both.length(); i++) {
      hash = (hash ^ both.charAt(i)) * 0x100000001b3L;
    }
    hash ^= hash >>> 29;
    if (Math.floorMod(hash, 23) == 0) {
      return new QueryResult.Failed(file + ": not a picture");
    }
    return new QueryResult.Classified(
        List.of(
            new Guess((int) Math.floorMod(hash, 1_000L), (int) Math.floorMod(hash >> 10, 10_001L)),
            new Guess((int) Math.floorMod(hash >> 20, 1_000L), 1)));
  }

  /** What the result file must hold, one entry a query of the range. */
  List<QueryResult> answers() {
    List<QueryResult> answers = new ArrayList<>();
    for (long query = range.start(); query <= range.end(); query++) {
      answers.add(answer(model, file(query)));
    }
    return answers;
  }
}
