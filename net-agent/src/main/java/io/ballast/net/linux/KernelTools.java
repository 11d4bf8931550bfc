package io.ballast.net.linux;

import io.ballast.agent.tool.Runner;
import io.ballast.agent.tool.Tool;
import io.ballast.bus.RefusedException;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.Reason;
import io.ballast.net.linux.Lines.Line;
import io.ballast.net.linux.Lines.Reader;
import io.ballast.net.linux.Present.Entry;
import io.ballast.net.linux.Present.Link;
import io.ballast.net.linux.Present.Member;
import io.ballast.net.linux.Present.Queue;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.DecodeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The network of the kernel by its own tools: {@code ip}, {@code bridge}, {@code tc} and {@code
 * nft}. What they are to do stands on their standard input.
 */
public final class KernelTools implements Kernel {
  /** How long a tool may take. */
  public static final Duration WITHIN = Duration.ofSeconds(5);

  private static final String NO_TABLE = "no such file or directory";

  private final Runner runner;
  private final List<String> before;
  private final FrameSender sender;
  private @Nullable Future<Map<Ability, String>> lacking;

  /** Sends frames; it may block for a moment. */
  @FunctionalInterface
  public interface FrameSender {
    /** Sends one out of a link. Fails as {@code TRADE_REFUSED}. */
    void send(String link, byte[] frame);
  }

  /**
   * @param runner which runs the tools, and is not closed by this
   * @param before words that come before those of every tool; usually none
   */
  public KernelTools(Runner runner, List<String> before, FrameSender sender) {
    this.runner = runner;
    this.before = List.copyOf(before);
    this.sender = sender;
  }

  @Override
  public synchronized Future<Map<Ability, String>> lacking() {
    if (lacking == null || lacking.failed()) {
      lacking = new Probe(runner).lacking();
    }
    return lacking;
  }

  @Override
  public Future<Present> look() {
    // Links come and go between two questions; that they did twice is told.
    return lacking().compose(lacking -> look(lacking).recover(odd -> look(lacking)));
  }

  private Future<Present> look(Map<Ability, String> lacking) {
    if (lacking.containsKey(Ability.LINUX_BRIDGE)) {
      return Future.succeededFuture(Present.NOTHING);
    }
    Future<Map<String, Link>> links =
        told(LinkReading::links, "ip", "-json", "-details", "link", "show");
    Future<Map<String, Set<Member>>> vlans =
        lacking.containsKey(Ability.LINUX_VLAN)
            ? Future.succeededFuture(Map.of())
            : told(LinkReading::vlans, "bridge", "-json", "vlan", "show");
    Future<Optional<Table>> table =
        lacking.containsKey(Ability.LINUX_FILTER)
            ? Future.succeededFuture(Optional.empty())
            : table();
    Future<String> queues =
        lacking.containsKey(Ability.LINUX_LIMIT_IN)
            ? Future.succeededFuture("[]")
            : run("", "tc", "-json", "qdisc", "show");
    Future<Map<String, Entry>> entries =
        lacking.containsKey(Ability.LINUX_LIMIT_OUT)
            ? Future.succeededFuture(Map.of())
            : queues.compose(all -> entries(read(LinkReading::entries, all, "tc")));
    return Future.join(links, vlans, table, queues, entries)
        .map(
            all -> {
              Map<String, Queue> each = read(LinkReading::queues, queues.result(), "tc");
              return new Present(
                  links.result(), vlans.result(), each, entries.result(), table.result());
            });
  }

  private Future<Optional<Table>> table() {
    return run("", "nft", "-j", "list", "table", "bridge", Mark.NAME)
        .map(told -> Optional.of(read(TableReading::of, told, "nft")))
        .recover(
            why ->
                String.valueOf(why.getMessage()).toLowerCase(Locale.ROOT).contains(NO_TABLE)
                    ? Future.succeededFuture(Optional.empty())
                    : Future.failedFuture(why));
  }

  /** Asks for all filters in one run, which tells those of each link in a line of its own. */
  private Future<Map<String, Entry>> entries(Map<String, String> kinds) {
    if (kinds.isEmpty()) {
      return Future.succeededFuture(Map.of());
    }
    List<String> links = List.copyOf(kinds.keySet());
    String asked =
        links.stream()
            .map(link -> "filter show dev " + link + " parent ffff:\n")
            .collect(Collectors.joining());
    return run(asked, "tc", "-json", "-batch", "-")
        .map(
            told -> {
              List<String> lines = told.lines().filter(line -> !line.isBlank()).toList();
              if (lines.size() != links.size()) {
                throw refused(
                    "tc told of %d links, not of %d".formatted(lines.size(), links.size()));
              }
              Map<String, Entry> entries = new HashMap<>();
              for (int i = 0; i < links.size(); i++) {
                String kind = kinds.get(links.get(i));
                String line = lines.get(i);
                entries.put(
                    links.get(i),
                    read(text -> LinkReading.entry(String.valueOf(kind), text), line, "tc"));
              }
              return entries;
            });
  }

  @Override
  public Future<Void> carryOut(List<Step> steps) {
    List<Line> lines = steps.stream().flatMap(step -> Lines.of(step).stream()).toList();
    Future<Void> done = Future.succeededFuture();
    int at = 0;
    while (at < lines.size()) {
      Reader reader = lines.get(at).reader();
      List<String> texts = new ArrayList<>();
      while (at < lines.size() && lines.get(at).reader() == reader) {
        texts.add(lines.get(at++).text());
      }
      String all = String.join("\n", texts) + "\n";
      done = done.compose(before -> run(all, reader.program, "-batch", "-").mapEmpty());
    }
    return done;
  }

  @Override
  public Future<Void> change(List<TableStep> steps) {
    String all = steps.stream().map(TableStep::text).collect(Collectors.joining());
    return run(all, "nft", "-f", "-").mapEmpty();
  }

  @Override
  public Future<Void> send(String link, byte[] frame) {
    Promise<Void> sent = Promise.promise();
    Thread.ofPlatform()
        .daemon()
        .name("frame for " + link)
        .start(
            () -> {
              try {
                sender.send(link, frame);
                sent.complete();
              } catch (RuntimeException | LinkageError e) {
                sent.fail(
                    e instanceof RefusedException
                        ? e
                        : refused("no frame can be sent out of " + link + ": " + e.getMessage()));
              }
            });
    return sent.future();
  }

  private <T> Future<T> told(Function<String, T> reading, String... words) {
    return run("", words).map(told -> read(reading, told, words[0]));
  }

  private static <T> T read(Function<String, T> reading, String told, String tool) {
    try {
      return reading.apply(told);
    } catch (DecodeException | ClassCastException e) {
      throw refused("what " + tool + " told can't be read: " + e.getMessage());
    }
  }

  private Future<String> run(String input, String... words) {
    List<String> all = new ArrayList<>(before);
    all.addAll(List.of(words));
    Tool tool = Tool.of(WITHIN, all.toArray(new String[0]));
    return runner
        .run(tool.reading(input))
        .output()
        .recover(
            why ->
                Future.failedFuture(
                    why instanceof RefusedException refused
                        ? new RefusedException(
                            refused.reason(), words[0] + ": " + refused.getMessage())
                        : why));
  }

  private static RefusedException refused(String message) {
    return new RefusedException(Reason.TRADE_REFUSED, message);
  }

  @Override
  public void close() {}
}
