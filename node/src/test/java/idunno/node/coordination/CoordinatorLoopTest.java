package idunno.node.coordination;

import static org.junit.jupiter.api.Assertions.assertEquals;

import idunno.core.coordinator.Event;
import idunno.core.coordinator.PartRule;
import idunno.core.coordinator.Report;
import idunno.core.coordinator.Scope;
import idunno.core.coordinator.UpkeepRule;
import idunno.core.files.RepairPlan;
import idunno.core.jobs.JobId;
import idunno.core.membership.DetectionRule;
import idunno.core.membership.Member;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.node.replica.ReplicatedState;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class CoordinatorLoopTest {
  private final AtomicInteger told = new AtomicInteger();

  /** Nothing is to be done but to tell, and that goes wrong the first time. */
  private final class FaultyDeeds implements Deeds {
    @Override
    public Reply propose(Command command) {
      return new Reply.Done();
    }

    @Override
    public boolean probeIsRefused(Member member) {
      return false;
    }

    @Override
    public void copy(RepairPlan.Copy copy) {}

    @Override
    public void publishPart(JobId job, int firstBatch, int endBatch) {}

    @Override
    public void publish(JobId job) {}

    @Override
    public void tell(Event event) {
      if (told.incrementAndGet() == 1) {
        throw new IllegalStateException("a fault of the program");
      }
    }
  }

  @Test
  void afterAFaultOfTheProgramItBeginsAnewInsteadOfStandingStill() throws Exception {
    ReplicatedState state = new ReplicatedState(freed -> {}, dropped -> {}, failed -> {}, () -> {});
    try (CoordinatorLoop loop =
        new CoordinatorLoop(
            state,
            DetectionRule.DEFAULT,
            UpkeepRule.DEFAULT,
            PartRule.DEFAULT,
            new FaultyDeeds(),
            System::currentTimeMillis)) {
      loop.elected(7, Optional.empty());

      Report report = loop.report(new Scope.NoJobs());
      assertEquals(7, report.term());
      assertEquals(2, told.get(), "told of its election once more");
    }
  }
}
