package idunno.benchmarks.store;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A shell that outlives this process by a moment, to end what it has started and delete what it has
 * written, in whatever way it ends: the shell waits for the end of its input, which comes with our
 * {@code close} and with our death alike.
 */
final class Guard implements AutoCloseable {
  /**
   * A process is named with the time of its start, so that a later one with the same number is left
   * alone. The signals of a terminal go to all of its processes; this one ignores them.
   */
  private static final String SCRIPT =
      """
      trap '' INT TERM HUP
      pids= mounts=
      while read -r word what start; do
        case $word in
        process) pids="$pids $what:$start" ;;
        mount) mounts="$mounts $what" ;;
        esac
      done
      for mount in $mounts; do
        umount -l "$mount" 2>/dev/null
      done
      for each in $pids; do
        pid=${each%:*}
        now=$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | cut -d ' ' -f 20)
        [ "$now" = "${each#*:}" ] && kill -9 "$pid" 2>/dev/null
      done
      for each in $pids; do
        while kill -0 "${each%:*}" 2>/dev/null; do
          now=$(sed 's/.*) //' "/proc/${each%:*}/stat" 2>/dev/null | cut -d ' ' -f 1,20)
          case $now in "Z ${each#*:}" | '') break ;; *" ${each#*:}") sleep 0.1 ;; *) break ;; esac
        done
      done
      rm -rf -- "$@"
      """;

  private static final long CLEAN_WITHIN_S = 60;

  private final Process shell;
  private final Writer orders;

  /**
   * Begins.
   *
   * @param folders what to delete at the end
   */
  Guard(List<Path> folders) throws IOException {
    List<String> command = new java.util.ArrayList<>(List.of("sh", "-c", SCRIPT, "guard"));
    folders.forEach(folder -> command.add(folder.toString()));
    shell =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    orders = shell.outputWriter(StandardCharsets.UTF_8);
  }

  /** This process ends when we end. */
  synchronized void watch(long pid) throws IOException {
    orders.write("process " + pid + " " + CpuTime.start(pid) + "\n");
    orders.flush();
  }

  /** This is unmounted when we end; the path without blanks. */
  synchronized void watchMount(Path mount) throws IOException {
    orders.write("mount " + mount + " -\n");
    orders.flush();
  }

  /** Ends everything now. */
  @Override
  public void close() throws IOException {
    orders.close();
    try {
      shell.waitFor(CLEAN_WITHIN_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
