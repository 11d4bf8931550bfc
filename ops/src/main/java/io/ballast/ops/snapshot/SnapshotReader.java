package io.ballast.ops.snapshot;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.bus.json.Codec;
import io.ballast.ops.config.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads one snapshot file, host by host and virtual machine by virtual machine, so that a large one
 * is never in memory as text. Fails with a {@link SnapshotException} that says what is wrong where.
 */
public final class SnapshotReader {
  /** No larger file is read, in bytes. */
  public static final long LARGEST = 256L << 20;

  private static final int LONGEST_TEXT = 10_000;
  private static final int LONGEST_NUMBER = 100;

  private static final JsonMapper JSON =
      new JsonMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxDocumentLength(LARGEST)
                      .maxNestingDepth(Codec.DEEPEST)
                      .maxStringLength(LONGEST_TEXT)
                      .maxNameLength(LONGEST_TEXT)
                      .maxNumberLength(LONGEST_NUMBER)
                      .build())
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
              .build());

  private final String file;
  private final JsonParser parser;
  private final ObjectNode header = JsonNodeFactory.instance.objectNode();
  private final List<Host> hosts = new ArrayList<>();
  private final List<Guest> guests = new ArrayList<>();

  private SnapshotReader(String file, JsonParser parser) {
    this.file = file;
    this.parser = parser;
  }

  /**
   * The picture that a file holds.
   *
   * @param file {@code -} = standard input
   */
  public static Snapshot read(Path file) {
    try {
      if (file.toString().equals("-")) {
        return read("standard input", System.in);
      }
      try (InputStream in = Files.newInputStream(file)) {
        if (Files.size(file) > LARGEST) {
          throw new SnapshotException(file + " is too large: more than 256 MiB are not read");
        }
        return read(file.toString(), in);
      }
    } catch (IOException e) {
      throw new SnapshotException(
          String.valueOf(ConfigException.unreadable("snapshot", file, e).getMessage()));
    }
  }

  /**
   * The picture that a stream holds, which stays open.
   *
   * @param file how a person knows it
   */
  static Snapshot read(String file, InputStream in) throws IOException {
    try (JsonParser parser = JSON.createParser(in)) {
      return new SnapshotReader(file, parser).snapshot();
    } catch (StreamConstraintsException e) {
      throw new SnapshotException(
          file + ": something is larger or deeper than is read: " + e.getOriginalMessage());
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      String why = e.getOriginalMessage().replaceFirst(" \\(start marker.*", "");
      throw new SnapshotException(file + ", line " + line + ": this is no JSON: " + why);
    }
  }

  private Snapshot snapshot() throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw noSnapshot("it must be a JSON object that lists 'hosts' and 'vms'");
    }
    Set<String> missing = new TreeSet<>(Set.of("hosts", "vms"));
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      parser.nextToken();
      missing.remove(key);
      if (key.equals("hosts")) {
        list(key, "host", hosts, HostForm::read, Snapshot.MOST_HOSTS);
      } else if (key.equals("vms")) {
        list(key, "VM", guests, GuestForm::read, Snapshot.MOST_GUESTS);
      } else if (HeaderForm.KEYS.contains(key)) {
        JsonNode value = JSON.readTree(parser);
        header.set(key, value);
      } else {
        parser.skipChildren();
      }
    }
    if (parser.nextToken() != null) {
      throw new SnapshotException(here() + ": something follows the snapshot's end; remove it");
    }
    if (!missing.isEmpty()) {
      throw noSnapshot("'" + missing.iterator().next() + "' is missing; it must be a list");
    }
    Snapshot.Header said = checked(file, () -> HeaderForm.read(new Item(file, header)));
    return checked(file, () -> Snapshot.of(said, hosts, guests));
  }

  private <T> void list(String key, String kind, List<T> found, Function<Item, T> form, int most)
      throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw new SnapshotException(here() + ": '" + key + "' must be a list, such as []");
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      String place = here();
      JsonNode node = JSON.readTree(parser);
      if (!node.isObject()) {
        throw new SnapshotException(place + ": each of '" + key + "' must be an object: {...}");
      }
      JsonNode id = node.path("id");
      String name = id.isTextual() ? id.asText() : "number " + (found.size() + 1);
      Item item = new Item(place + ", " + kind + " " + name, node);
      found.add(checked(item.place(), () -> form.apply(item)));
      if (found.size() > most) {
        throw new SnapshotException(file + ": " + Snapshot.tooMany(most, kind));
      }
    }
  }

  private String here() {
    return file + ", line " + parser.currentTokenLocation().getLineNr();
  }

  private SnapshotException noSnapshot(String why) {
    return new SnapshotException(file + " holds no snapshot: " + why);
  }

  /** What is made of parts that may not go together. */
  private static <T> T checked(String place, Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      throw new SnapshotException(place + ": " + e.getMessage());
    }
  }
}
