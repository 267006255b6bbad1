package idunno.node.main;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Options that the command line leaves out: taken from the environment ({@code --api-port} is
 * {@code IDUNNO_API_PORT}), else from the file that {@code --config} or {@code IDUNNO_CONFIG}
 * names, else as {@code --help} says.
 */
final class OptionDefaults implements IDefaultValueProvider {
  private static final String CONFIG = "--config";

  private final Map<String, String> environment;
  private final Properties file;

  private OptionDefaults(Map<String, String> environment, Properties file) {
    this.environment = environment;
    this.file = file;
  }

  /**
   * The defaults for a command line.
   *
   * @throws IOException if the file that it names can't be read
   */
  static OptionDefaults of(List<String> args, Map<String, String> environment) throws IOException {
    String path = environment.getOrDefault("IDUNNO_CONFIG", "");
    for (int i = 0; i < args.size(); i++) {
      if (args.get(i).equals(CONFIG) && i + 1 < args.size()) {
        path = args.get(i + 1);
      } else if (args.get(i).startsWith(CONFIG + "=")) {
        path = args.get(i).substring(CONFIG.length() + 1);
      }
    }
    Properties file = new Properties();
    if (!path.isEmpty()) {
      try (Reader reader = Files.newBufferedReader(Path.of(path))) {
        file.load(reader);
      } catch (IOException e) {
        throw new IOException("--config " + path + ": cannot be read (" + e.getMessage() + ")", e);
      }
    }
    return new OptionDefaults(environment, file);
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option) || !option.longestName().startsWith("--")) {
      return null;
    }
    String name = option.longestName().substring(2);
    String variable = "IDUNNO_" + name.replace('-', '_').toUpperCase(Locale.ROOT);
    String fromEnvironment = environment.get(variable);
    return fromEnvironment != null ? fromEnvironment : file.getProperty(name);
  }
}
