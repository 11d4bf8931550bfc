package io.ballast.storage.health;

import com.fasterxml.jackson.databind.JsonNode;
import io.ballast.agent.Latest;
import io.ballast.agent.tool.Runner;
import io.ballast.agent.tool.Tool;
import io.ballast.storage.tool.Answer;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Asks disks by smartctl, which is part of smartmontools, version 7 or later. */
final class Smartctl {
  private static final Duration WITHIN = Duration.ofSeconds(30);
  private static final Pattern DEVICE = Pattern.compile("/dev/[A-Za-z0-9_/.:-]{1,100}");
  private static final Pattern TYPE = Pattern.compile("[a-z0-9][a-z0-9_+,/]{0,50}");

  /**
   * Its exit status is a set of bits that its answer repeats, so all mean that it ran; but that it
   * was not found, and that it may not be run.
   */
  private static final Set<Integer> RAN =
      IntStream.range(0, 126).boxed().collect(Collectors.toUnmodifiableSet());

  private final Runner runner;
  private final String tool;

  /**
   * @param tool the program
   */
  Smartctl(Runner runner, String tool) {
    this.runner = runner;
    this.tool = tool;
  }

  /**
   * A disk as smartctl reaches it.
   *
   * @param type in its words, such as {@code sat} or {@code megaraid,3}
   */
  record Disk(String path, String type) {
    /** What it is called: its path, and behind a controller also its place there. */
    String name() {
      return type.contains(",") ? path + " [" + type + "]" : path;
    }
  }

  /**
   * The disks that there are. Fails as {@code TRADE_REFUSED} where smartctl is not installed, or
   * can't tell.
   */
  Future<List<Disk>> scan() {
    return run("--scan-open", "--json").map(Smartctl::disks);
  }

  static List<Disk> disks(JsonNode answer) {
    List<Disk> disks = new ArrayList<>();
    for (JsonNode device : answer.path("devices")) {
      Disk disk = new Disk(device.path("name").asText(""), device.path("type").asText(""));
      if (DEVICE.matcher(disk.path()).matches() && TYPE.matcher(disk.type()).matches()) {
        disks.add(disk);
      }
    }
    return disks;
  }

  /** How a disk fares; what can't be learned is told as unknown. Never fails. */
  Future<Finding> ask(Disk disk) {
    return run("--json", "-H", "-A", "-i", "-d", disk.type(), disk.path())
        .map(answer -> new SmartReport(disk.name(), answer).finding())
        .otherwise(failure -> Finding.unknown(disk.name(), Latest.words(failure)));
  }

  private Future<JsonNode> run(String... arguments) {
    List<String> words = new ArrayList<>(List.of(tool));
    words.addAll(List.of(arguments));
    return runner
        .run(new Tool(words, Map.of(), WITHIN, RAN, piece -> {}))
        .output()
        .map(printed -> Answer.of(tool, printed).json());
  }
}
