package idunno.system;

import idunno.node.demo.LocalCluster.Machine;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Makes what the program prints the same on every run: times, ports, ids and measured figures give
 * way to words, and the blanks that aligned them to two.
 */
final class Mask {
  private record Rule(Pattern pattern, String word) {}

  private static final List<Rule> RULES =
      List.of(
          rule("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uuid>"),
          rule("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "<instant>"),
          rule("\\b[0-9a-f]{8}-\\d{6}\\b", "<event>"),
          rule("\\b(\\d{4}-\\d\\d-\\d\\d )?\\d\\d:\\d\\d:\\d\\d\\b", "<time>"),
          rule("\\b[0-9.,]+ MB/s|\\b[0-9.,]+ [kMG]?B/s", "<speed>"),
          rule("\\b\\d+(\\.\\d+)?/s", "<rate>"),
          rule("\\b\\d+ (min|h) \\d\\d (s|min)\\b|\\b\\d+(\\.\\d+)? m?s\\b", "<span>"),
          rule("\\bterm \\d+", "term <term>"),
          rule("\\b\\d+ entries", "<n> entries"),
          rule("\\b[0-9.,]+ [kMGT]?B free", "<size> free"),
          rule("\\b[0-9.,]+ [kMGT]?B of memory", "<size> of memory"),
          rule("(?m)^(n\\d +ready .*?)[0-9.,]+ [kMGT]?B  (.*)$", "$1<size>  $2"),
          rule("\\b(coordinator|standby)\\b", "<role>"),
          rule("[ \\t]{2,}", "  "),
          rule("(?m) +$", ""),
          rule(
              "(?m)^(n\\d  \\d+  alive  .*  )[0-9.,]+ [kMGT]?B  [0-9.,]+ [kMGT]?B  (?=writable$)",
              "$1<size>  <size>  "),
          // Which machine leads, and which one runs a batch, is decided anew each time.
          rule("<role>  n\\d#\\d", "<role>  <node>"),
          rule("(?m)^n\\d#\\d  alive  \\d+$", "<node>  alive  <n>"),
          rule("(?m)^n\\d#\\d  (?=\\d+  \\d+  \\d+  done)", "<node>  "),
          rule("(?m)^n\\d  (?=tiny@2  warm)", "<node>  "),
          // Several versions in one file: the lines between them hold times.
          rule("(?<=version 2, 1, 206 B, CRC32C )[0-9a-f]{8}", "<crc>"),
          rule("(?m)^done by machine: .*", "done by machine: <node> <n>, ..."),
          rule("(?m)^n\\d: <instant> n\\d#\\d", "<node>: <instant> <node>"),
          rule("(?m)^(?=n\\d  )(n\\d)  \\d+  \\d+  <span>$", "$1  <n>  <n>  <span>"),
          rule("(?m)^(total  \\d+)  \\d+$", "$1  <n>"));

  private Mask() {}

  private static Rule rule(String pattern, String word) {
    return new Rule(Pattern.compile(pattern), word);
  }

  /**
   * Masks a text.
   *
   * @param machines whose addresses give way to their names
   * @param folder a folder of this run
   */
  static String of(String text, List<Machine> machines, Path folder) {
    String masked = text.replace(folder.toString(), "<folder>");
    for (Machine machine : machines) {
      int port = machine.api().port();
      masked =
          masked
              .replace(machine.api().toString(), machine.name() + ":api")
              .replace("127.0.0.1:" + (port + 1), machine.name() + ":peer")
              .replace("127.0.0.1:" + (port + 2), machine.name() + ":consensus");
    }
    for (Rule rule : RULES) {
      masked = rule.pattern().matcher(masked).replaceAll(rule.word());
    }
    return masked;
  }
}
