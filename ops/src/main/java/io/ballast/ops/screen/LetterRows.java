package io.ballast.ops.screen;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.ballast.bus.DeadLetter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Help.Ansi.Text;

/** Dead letters as a person reads them, and as a program does. */
public final class LetterRows {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String INDENT = "  ";

  private final Ink ink;

  public LetterRows(Ink ink) {
    this.ink = ink;
  }

  /** A row for each, with its age as of {@code now}. */
  public List<Text> table(List<DeadLetter> letters, Instant now, int width) {
    Table table =
        new Table(
            ink,
            Table.Column.words("ID"),
            Table.Column.numbers("AGE"),
            Table.Column.words("REASON"),
            Table.Column.words("RECEIVER"),
            Table.Column.words("KIND"),
            Table.Column.words("SENDER"),
            Table.Column.words("MESSAGE"));
    for (DeadLetter letter : letters) {
      table.row(
          ink.strong(letter.id()),
          ink.text(age(letter, now)),
          ink.bad(letter.reason().name()),
          ink.text(letter.receiver()),
          ink.text(letter.kind()),
          ink.text(letter.sender().orElse("")),
          ink.faint(letter.message()));
    }
    return table.lines(width);
  }

  /** Everything about one, its body in several lines. */
  public List<Text> details(DeadLetter letter, Instant now, int width) {
    Table table = new Table(ink, Table.Column.words(""), Table.Column.words(""));
    row(table, "id", letter.id());
    row(table, "reason", letter.reason().name());
    String key = "message";
    for (String line : Figures.wrap(letter.message(), Math.clamp(width - 14, 20, 90))) {
      row(table, key, line);
      key = "";
    }
    row(table, "age", age(letter, now) + " (" + letter.at() + ")");
    row(table, "receiver", letter.receiver());
    row(table, "refused by", letter.refusedBy().orElse("the broker"));
    row(table, "kind", letter.kind());
    row(table, "message id", letter.messageId().orElse("none"));
    row(table, "sender", letter.sender().orElse("unknown"));
    row(table, "user", letter.user().orElse("not said"));
    row(table, "sent to", letter.exchange() + " " + letter.key());
    List<Text> lines = new ArrayList<>(table.lines(width));
    lines.add(ink.faint("body"));
    body(letter).lines().forEach(line -> lines.add(ink.text(INDENT + line)));
    return lines;
  }

  private static String body(DeadLetter letter) {
    JsonNode tree = tree(letter.body());
    return tree.isTextual() ? letter.body() : tree.toPrettyString();
  }

  private static String age(DeadLetter letter, Instant now) {
    return letter.at().equals(Instant.EPOCH)
        ? "?"
        : Figures.age(Duration.between(letter.at(), now));
  }

  private void row(Table table, String key, String value) {
    table.row(ink.faint(key), ink.text(value));
  }

  /** The letter for programs; its body as JSON where it is some, and as text otherwise. */
  public static ObjectNode json(DeadLetter letter) {
    ObjectNode node = JSON.createObjectNode();
    node.put("id", letter.id());
    node.put("at", letter.at().toString());
    node.put("reason", letter.reason().name());
    node.put("message", letter.message());
    node.put("receiver", letter.receiver());
    letter.refusedBy().ifPresent(name -> node.put("refusedBy", name));
    node.put("kind", letter.kind());
    letter.messageId().ifPresent(id -> node.put("messageId", id));
    letter.sender().ifPresent(sender -> node.put("sender", sender));
    letter.user().ifPresent(user -> node.put("user", user));
    node.put("exchange", letter.exchange());
    node.put("key", letter.key());
    node.set("body", tree(letter.body()));
    return node;
  }

  private static JsonNode tree(String body) {
    try {
      JsonNode tree = JSON.readTree(body);
      return tree.isMissingNode() ? TextNode.valueOf(body) : tree;
    } catch (JsonProcessingException e) {
      return TextNode.valueOf(body);
    }
  }
}
