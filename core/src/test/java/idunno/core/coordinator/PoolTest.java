package idunno.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.base.NodeName;
import idunno.core.base.Range;
import idunno.core.files.FileName;
import idunno.core.jobs.Input;
import idunno.core.jobs.JobSpec;
import idunno.core.jobs.JobTable;
import idunno.core.jobs.Progress;
import idunno.core.models.ModelKey;
import idunno.core.models.ModelName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class PoolTest {
  private static final int QUERIES = 4_096;
  private static final List<NodeName> NODES =
      List.of("n1", "n2", "n3", "n4", "n5").stream().map(NodeName::new).toList();

  private static Progress job(int batchSize) {
    JobTable jobs = new JobTable();
    JobSpec spec =
        new JobSpec(
            jobs.nextId(),
            new ModelKey(new ModelName("resnet50"), 1),
            new FileName("photos"),
            new Range(0, QUERIES - 1),
            batchSize,
            1,
            0);
    jobs.submit(spec, List.<Input>of());
    return jobs.get(spec.id()).orElseThrow();
  }

  /** Of five nodes four hold each picture, as the store has it. */
  private static Map<NodeName, Integer> pictures(Progress job, int batch) {
    long start = job.spec().queriesOf(batch).start();
    NavigableMap<NodeName, Integer> where = new TreeMap<>();
    NODES.forEach(node -> where.put(node, job.spec().sizeOf(batch)));
    where.remove(NODES.get((int) (start / 256 % NODES.size())));
    return where;
  }

  /** Has nodes ask for batches in the order of chance; {@return who got each query} */
  private static List<NodeName> deal(Progress job, Random random) {
    Pool pool = new Pool();
    NodeName[] gotBy = new NodeName[QUERIES];
    for (int given = 0; given < job.spec().batches(); given++) {
      NodeName node = NODES.get(random.nextInt(NODES.size()));
      Optional<Integer> batch =
          pool.find(job, node, _ -> true, _ -> true, one -> pictures(job, one));
      pool.take(batch.orElseThrow());
      Range queries = job.spec().queriesOf(batch.get());
      for (long query = queries.start(); query <= queries.end(); query++) {
        gotBy[(int) query] = node;
      }
    }
    return List.of(gotBy);
  }

  @Test
  void theNextJobOverTheSamePicturesFindsMostWhereTheyWereDecoded() {
    Random random = new Random(5);
    List<NodeName> first = deal(job(32), random);
    List<NodeName> next = deal(job(16), random);
    int found = 0;
    for (int query = 0; query < QUERIES; query++) {
      found += first.get(query).equals(next.get(query)) ? 1 : 0;
    }
    assertTrue(found > QUERIES * 0.8, found + " of " + QUERIES);
  }

  @Test
  void noQueryIsGivenOutTwiceAndNoneForgotten() {
    Progress job = job(10);
    Pool pool = new Pool();
    List<Integer> given = new ArrayList<>();
    Random random = new Random(6);
    Optional<Integer> batch = Optional.of(-1);
    while (batch.isPresent()) {
      NodeName node = NODES.get(random.nextInt(NODES.size()));
      batch = pool.find(job, node, _ -> true, _ -> true, one -> pictures(job, one));
      batch.ifPresent(given::add);
      batch.ifPresent(pool::take);
    }
    assertEquals(job.spec().batches(), given.stream().distinct().count());
    assertEquals(job.spec().batches(), given.size());
  }
}
