package idunno.node.shell;

import idunno.core.coordinator.Balance;
import idunno.node.shell.Command.Group;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code balance}: moves replicas until all disks are about equally full. */
final class BalanceCommand {
  private static final String WITHIN = "--within";
  private static final String STATUS = "--status";
  private static final String WAIT = "--wait";
  private static final double DEFAULT_POINTS = 5;
  private static final long LOOK_EVERY_MS = 500;

  private BalanceCommand() {}

  static List<Command> all() {
    return List.of(
        Command.remote(
                "balance",
                Group.FILES,
                "move replicas until all disks are about equally full",
                BalanceCommand::run)
            .option(
                WITHIN,
                "POINTS",
                "how many percentage points from the mean a disk's use may be; else 5")
            .flag("wait until it has ended; exit code 1 if the disks can't be made even", WAIT)
            .flag("begin nothing, say how it stands", STATUS));
  }

  private static int run(Call call) throws IOException {
    if (call.words().has(STATUS)) {
      if (call.words().has(WAIT) || call.words().has(WITHIN)) {
        throw new Usage(STATUS + " goes with neither " + WAIT + " nor " + WITHIN);
      }
      print(call, call.client().balance());
      return Action.DONE;
    }
    double points = call.words().option(WITHIN).map(BalanceCommand::points).orElse(DEFAULT_POINTS);
    Balance balance = call.client().balance(points);
    if (call.words().has(WAIT)) {
      balance = await(call, balance, points);
    }
    print(call, balance);
    return balance.state() == Balance.State.STUCK ? Action.FAILED : Action.DONE;
  }

  private static double points(String text) {
    try {
      double points = Double.parseDouble(text);
      Balance.check(points);
      return points;
    } catch (NumberFormatException e) {
      throw new Usage(WITHIN + ": expected a number of percentage points, found '" + text + "'");
    } catch (IllegalArgumentException e) {
      throw new Usage(WITHIN + ": " + e.getMessage());
    }
  }

  private static Balance await(Call call, Balance begun, double points) throws IOException {
    Balance now = begun;
    try (ProgressLine progress =
        new ProgressLine("balance", Units::count, call.session().err(), call.style())) {
      while (now.state() == Balance.State.RUNNING || now.state() == Balance.State.NEVER) {
        pause();
        now = call.client().balance();
        if (now.state() == Balance.State.NEVER) {
          // Another coordinates since, and knows nothing of it.
          now = call.client().balance(points);
        }
        progress.moved(now.moved(), (long) now.moved() + now.waiting());
      }
    }
    return now;
  }

  private static void pause() throws InterruptedIOException {
    try {
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  private static void print(Call call, Balance balance) {
    if (call.json()) {
      call.printDocument(balance);
      return;
    }
    call.print(
        switch (balance.state()) {
          case NEVER -> "nobody has asked this coordinator for balance";
          case RUNNING ->
              "moving replicas until disks are within %s points: %s moved (%s), %s to go"
                  .formatted(
                      points(balance),
                      Units.count(balance.moved()),
                      Units.bytes(balance.movedBytes()),
                      balance.waiting() == 0 ? "none known" : Units.count(balance.waiting()));
          case EVEN ->
              call.style().good("even")
                  + ": all disks are within %s points of their mean use; %s replicas moved (%s)"
                      .formatted(
                          points(balance),
                          Units.count(balance.moved()),
                          Units.bytes(balance.movedBytes()));
          case STUCK ->
              call.style().bad("not even")
                  + ": no move brings disks within %s points; %s replicas moved (%s), %s failed"
                      .formatted(
                          points(balance),
                          Units.count(balance.moved()),
                          Units.bytes(balance.movedBytes()),
                          Units.count(balance.failed()));
        });
    if (balance.state() != Balance.State.NEVER) {
      call.print(
          "the disk furthest from the mean is %s points from it"
              .formatted(Units.decimal(balance.spreadPoints(), 2)));
    }
  }

  private static String points(Balance balance) {
    double points = balance.withinPoints();
    return points == Math.rint(points)
        ? Long.toString(Math.round(points))
        : Double.toString(points);
  }
}
