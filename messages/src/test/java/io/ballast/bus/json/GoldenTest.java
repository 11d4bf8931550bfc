package io.ballast.bus.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.SerializationFeature;
import io.ballast.bus.Samples;
import io.ballast.messages.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The wire form of each kind of message, which is public. A golden file is only ever added to: a
 * change that fails here breaks agents, schedulers and strangers of another version.
 *
 * <p>What a kind is given later is optional, so its first file stays as it is: a message without
 * it. One with it has a file of its own, {@code kind+addition.json}.
 *
 * <p>Where a kind or an addition is new, run with {@code -Dgolden.write=true}, which writes the
 * files that are missing and changes none.
 */
final class GoldenTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  static Stream<Arguments> samples() {
    return Stream.concat(
        Samples.all().stream().map(sample -> Arguments.of(Kinds.of(sample), sample)),
        Samples.grown().entrySet().stream()
            .map(
                grown ->
                    Arguments.of(
                        Kinds.of(grown.getValue()) + "+" + grown.getKey(), grown.getValue())));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void aMessageTravelsAsItsGoldenFileSays(String name, Message sample) throws IOException {
    Path file = GOLDEN.resolve(name + ".json");
    if (Boolean.getBoolean("golden.write") && Files.notExists(file)) {
      Files.createDirectories(GOLDEN);
      Files.writeString(
          file,
          Codec.JSON.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(sample) + "\n");
    }
    assertTrue(Files.exists(file), () -> file + " is missing; write it with -Dgolden.write=true");
    byte[] golden = Files.readAllBytes(file);

    assertEquals(
        Codec.JSON.readTree(golden),
        Codec.JSON.readTree(Codec.encode(sample)),
        "what is sent differs from " + file);
    assertEquals(sample, Codec.decode(Kinds.of(sample), golden));
  }

  @Test
  void everyKindHasAGoldenFileAndEveryGoldenFileItsKind() throws IOException {
    try (Stream<Path> files = Files.list(GOLDEN)) {
      Set<String> kinds =
          files
              .map(file -> file.getFileName().toString().replaceFirst("(\\+[a-z-]+)?\\.json$", ""))
              .collect(Collectors.toCollection(TreeSet::new));

      assertEquals(new TreeSet<>(Kinds.all().keySet()), kinds);
    }
  }
}
