package io.ballast.net.links;

import io.ballast.messages.NetBeat.Bond;
import io.ballast.messages.NetBeat.Bond.Member;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The bonds of the kernel, from {@code /sys/class/net}.
 *
 * @param links usually {@code /sys/class/net}
 */
record Bonds(Path links) {
  private static final String ACTIVE_BACKUP = "active-backup";

  /** All that can be read, sorted by name. */
  List<Bond> look() throws IOException {
    try (Stream<Path> all = Files.list(links)) {
      return all.filter(link -> Files.isDirectory(link.resolve("bonding")))
          .sorted()
          .flatMap(link -> bond(link).stream())
          .toList();
    }
  }

  /** One that goes while it is read is none. */
  private Optional<Bond> bond(Path link) {
    Path folder = link.resolve("bonding");
    try {
      String mode = first(text(folder.resolve("mode")));
      String active = mode.equals(ACTIVE_BACKUP) ? text(folder.resolve("active_slave")) : "";
      String slaves = text(folder.resolve("slaves"));
      List<Member> members =
          Stream.of(slaves.split(" +", -1))
              .filter(name -> !name.isEmpty())
              .sorted()
              .map(name -> member(name, mode, active))
              .toList();
      return Optional.of(new Bond(String.valueOf(link.getFileName()), mode, members));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** In all modes but one every link that can be used is. */
  private Member member(String name, String mode, String active) {
    boolean up;
    try {
      up = text(links.resolve(name).resolve("bonding_slave/mii_status")).equals("up");
    } catch (IOException notKnown) {
      up = false;
    }
    return new Member(name, up, mode.equals(ACTIVE_BACKUP) ? name.equals(active) : up);
  }

  /** Of {@code active-backup 1}: the kernel tells a number behind the word. */
  private static String first(String text) {
    return text.split(" ", 2)[0];
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
  }
}
