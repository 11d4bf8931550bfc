package io.ballast.ops.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Everything that can be configured of Ballast's processes and its command line: one YAML file for
 * all, of which every key may be left out.
 */
public record Configuration(BusSettings bus, AgentSettings agent, SchedulerSettings scheduler) {
  /** Names the file where no option does. */
  public static final String VARIABLE = "BALLAST_CONFIG";

  /** Read if it is there and nothing else was named. */
  public static final Path USUAL = Path.of("/etc/ballast/ballast.yaml");

  public static final Configuration DEFAULT =
      new Configuration(BusSettings.DEFAULT, AgentSettings.DEFAULT, SchedulerSettings.DEFAULT);

  /** The same with another way to the bus. */
  public Configuration with(BusSettings other) {
    return new Configuration(other, agent, scheduler);
  }

  /** The same with other settings of the agents. */
  public Configuration with(AgentSettings other) {
    return new Configuration(bus, other, scheduler);
  }

  /** The same with other settings of the scheduler. */
  public Configuration with(SchedulerSettings other) {
    return new Configuration(bus, agent, other);
  }

  /**
   * The file that was named, or else the one that the environment names, or else the usual one, or
   * else the defaults. A file that was named must be there.
   */
  public static Configuration find(Optional<Path> named, Map<String, String> environment) {
    Optional<Path> wanted =
        named.or(() -> Optional.ofNullable(environment.get(VARIABLE)).map(Path::of));
    if (wanted.isEmpty() && !Files.exists(USUAL)) {
      return DEFAULT;
    }
    Path file = wanted.orElse(USUAL);
    try {
      return parse(file.toString(), Files.readString(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw ConfigException.unreadable("configuration file", file, e);
    }
  }

  /**
   * Reads a configuration.
   *
   * @param file its name, for messages
   */
  static Configuration parse(String file, String yaml) {
    LoaderOptions options = new LoaderOptions();
    options.setMaxAliasesForCollections(0);
    try {
      return new Section(file, "", new Yaml(options).compose(new StringReader(yaml)))
          .read(
              root ->
                  new Configuration(
                      root.section("bus", BusSettings::read),
                      root.section("agent", AgentSettings::read),
                      root.section("scheduler", SchedulerSettings::read)));
    } catch (MarkedYAMLException e) {
      throw new ConfigException(
          file + ", line " + (e.getProblemMark().getLine() + 1) + ": " + e.getProblem());
    } catch (YAMLException e) {
      throw new ConfigException(file + ": " + e.getMessage());
    }
  }
}
