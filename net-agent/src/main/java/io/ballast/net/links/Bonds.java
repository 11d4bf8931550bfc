package io.ballast.net.links;

import io.ballast.messages.NetBeat.Bond;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The kernel's bonds, by {@code bonding/} and {@code bonding_slave/} below their links. */
final class Bonds {
  private Bonds() {}

  /**
   * Of a folder like {@code /sys/class/net}, sorted by name; one that can't be read is left out.
   */
  static List<Bond> of(Path links) {
    List<Bond> bonds = new ArrayList<>();
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(links, link -> Files.isDirectory(link.resolve("bonding")))) {
      for (Path link : all) {
        try {
          bonds.add(bond(links, link));
        } catch (IOException gone) {
          // It went while it was read, and is told no more.
        }
      }
    } catch (IOException unread) {
      return List.of();
    }
    bonds.sort(Comparator.comparing(Bond::name));
    return bonds;
  }

  private static Bond bond(Path links, Path link) throws IOException {
    // Its words are "active-backup 1": the mode's name and its number.
    String mode = text(link.resolve("bonding/mode")).split(" ", 2)[0];
    List<Bond.Member> members = new ArrayList<>();
    for (String name : words(text(link.resolve("bonding/slaves")))) {
      Path member = links.resolve(name).resolve("bonding_slave");
      members.add(
          new Bond.Member(
              name,
              text(member.resolve("mii_status")).equals("up"),
              text(member.resolve("state")).equals("active")));
    }
    return new Bond(link.getFileName().toString(), mode, members);
  }

  private static List<String> words(String text) {
    return Stream.of(text.split(" ")).filter(word -> !word.isEmpty()).sorted().toList();
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file).strip();
  }
}
