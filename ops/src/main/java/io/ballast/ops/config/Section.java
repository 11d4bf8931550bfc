package io.ballast.ops.config;

import static java.util.Objects.requireNonNull;

import io.ballast.messages.Bytes;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A mapping in the configuration file. Values are asked for by key and type; a key that nobody
 * asked for, a wrong type, unit or range ends in a {@link ConfigException} that names file, line
 * and key.
 */
public final class Section {
  private final String file;
  private final String path;
  private final int line;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Map<String, Integer> lines = new LinkedHashMap<>();
  private final Set<String> known = new LinkedHashSet<>();

  /**
   * @param node nothing = an empty mapping
   */
  Section(String file, String path, @Nullable Node node) {
    this.file = file;
    this.path = path;
    this.line = node == null ? 1 : node.getStartMark().getLine() + 1;
    if (node == null || node.getTag().equals(Tag.NULL)) {
      return;
    }
    if (!(node instanceof MappingNode mapping)) {
      throw refused(line, name("") + " must be a mapping of keys to values");
    }
    for (NodeTuple entry : mapping.getValue()) {
      int at = entry.getKeyNode().getStartMark().getLine() + 1;
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        throw refused(at, "a key must be a word");
      }
      if (values.put(key.getValue(), entry.getValueNode()) != null) {
        throw refused(at, "'" + name(key.getValue()) + "' stands here twice; remove one");
      }
      lines.put(key.getValue(), at);
    }
  }

  /** Reads a mapping below this one; when it is not there, everything in it has its default. */
  public <T> T section(String key, Function<Section, T> reader) {
    known.add(key);
    return new Section(file, name(key), values.get(key)).read(reader);
  }

  /** Reads this mapping, and refuses what is left unread of it. */
  <T> T read(Function<Section, T> reader) {
    T read;
    try {
      read = reader.apply(this);
    } catch (IllegalArgumentException e) {
      throw refused(line, e.getMessage());
    }
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        throw refused(
            lineOf(key),
            "unknown key '"
                + name(key)
                + "'"
                + Similar.hint(key, known)
                + " (known here: "
                + String.join(", ", new TreeSet<>(known))
                + ")");
      }
    }
    return read;
  }

  /** A text, if there is one. */
  public Optional<String> text(String key) {
    return value(key, Function.identity());
  }

  public String text(String key, String otherwise) {
    return text(key).orElse(otherwise);
  }

  /** A value in a form of its own, if there is one. */
  public <T> Optional<T> value(String key, Function<String, T> form) {
    known.add(key);
    Node node = values.get(key);
    if (node == null) {
      return Optional.empty();
    }
    if (!(node instanceof ScalarNode scalar) || scalar.getValue().isBlank()) {
      throw refused(lineOf(key), "'" + name(key) + "' must be a single value");
    }
    try {
      return Optional.of(form.apply(scalar.getValue()));
    } catch (IllegalArgumentException e) {
      throw refused(
          lineOf(key),
          "'" + name(key) + "' is '" + scalar.getValue() + "'; " + requireNonNull(e.getMessage()));
    }
  }

  /** Values in a form of their own, written as a list; what is said otherwise if there is none. */
  public <T> List<T> list(String key, Function<String, T> form, List<T> otherwise) {
    known.add(key);
    Node node = values.get(key);
    if (node == null) {
      return otherwise;
    }
    if (!(node instanceof SequenceNode list)) {
      throw refused(lineOf(key), "'" + name(key) + "' must be a list, such as [a, b]");
    }
    return list.getValue().stream().map(entry -> entry(key, entry, form)).toList();
  }

  /** Texts, written as a list. */
  public List<String> texts(String key, List<String> otherwise) {
    return list(key, Function.identity(), otherwise);
  }

  private <T> T entry(String key, Node node, Function<String, T> form) {
    int at = node.getStartMark().getLine() + 1;
    if (!(node instanceof ScalarNode scalar) || scalar.getValue().isBlank()) {
      throw refused(at, "'" + name(key) + "' must be a list of single values");
    }
    try {
      return form.apply(scalar.getValue());
    } catch (IllegalArgumentException e) {
      throw refused(
          at,
          "'" + name(key) + "' has '" + scalar.getValue() + "'; " + requireNonNull(e.getMessage()));
    }
  }

  /** A mapping whose keys are not known beforehand; an empty one if there is none. */
  public <K, V> Map<K, V> entries(
      String key, Function<String, K> keyForm, Function<String, V> form) {
    return section(
        key,
        section -> {
          Map<K, V> entries = new LinkedHashMap<>();
          section.values.forEach(
              (word, node) ->
                  entries.put(keyForm.apply(word), section.value(word, form).orElseThrow()));
          return entries;
        });
  }

  /** Mappings whose keys are not known beforehand; none if there is no such key. */
  public <T> List<T> sections(String key, BiFunction<String, Section, T> reader) {
    return section(
        key,
        section ->
            List.copyOf(section.values.keySet()).stream()
                .map(name -> section.section(name, inner -> reader.apply(name, inner)))
                .toList());
  }

  public Duration duration(String key, Duration otherwise) {
    return value(key, Amount::duration).orElse(otherwise);
  }

  public Optional<Bytes> bytes(String key) {
    return value(key, Amount::bytes);
  }

  /** A share between 0 and 1. */
  public double share(String key, double otherwise) {
    return value(key, text -> within(Amount.share(text), 0, 1, "0% and 100%")).orElse(otherwise);
  }

  /** A number that is not negative. */
  public double number(String key, double otherwise) {
    return value(
            key,
            text -> within(parse(text, Double::valueOf), 0, Double.MAX_VALUE, "0 and any number"))
        .orElse(otherwise);
  }

  /** A value that is {@code true} or {@code false}. */
  public boolean flag(String key, boolean otherwise) {
    return value(
            key,
            text ->
                switch (text) {
                  case "true" -> true;
                  case "false" -> false;
                  default -> throw new IllegalArgumentException("it must be true or false");
                })
        .orElse(otherwise);
  }

  /** A whole number between {@code least} and {@code most}. */
  public int whole(String key, int otherwise, int least, int most) {
    return whole(key, least, most).orElse(otherwise);
  }

  /** A whole number between {@code least} and {@code most}, if there is one. */
  public Optional<Integer> whole(String key, int least, int most) {
    return value(
        key,
        text -> (int) within(parse(text, Integer::valueOf), least, most, least + " and " + most));
  }

  /** One of the constants of an enum, written in lower case. */
  public <E extends Enum<E>> E choice(String key, E otherwise) {
    Class<E> type = otherwise.getDeclaringClass();
    return value(key, text -> choice(type, text)).orElse(otherwise);
  }

  private static <E extends Enum<E>> E choice(Class<E> type, String text) {
    return Stream.of(type.getEnumConstants())
        .filter(constant -> word(constant).equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "use one of "
                        + Stream.of(type.getEnumConstants())
                            .map(Section::word)
                            .collect(Collectors.joining(", "))));
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static <N extends Number> double parse(String text, Function<String, N> parser) {
    try {
      return parser.apply(text).doubleValue();
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("expected a number", e);
    }
  }

  private static double within(double value, double least, double most, String range) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException("it must lie between " + range);
    }
    return value;
  }

  private int lineOf(String key) {
    return lines.getOrDefault(key, line);
  }

  private String name(String key) {
    return path.isEmpty() || key.isEmpty() ? path + key : path + "." + key;
  }

  private ConfigException refused(int at, @Nullable String what) {
    return new ConfigException(file + ", line " + at + ": " + what);
  }
}
