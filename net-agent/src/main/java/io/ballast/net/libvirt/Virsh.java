package io.ballast.net.libvirt;

import io.ballast.agent.tool.Runner;
import io.ballast.agent.tool.Tool;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs virsh on one libvirt.
 *
 * @param runner somebody else closes it
 * @param within so long each run may take
 */
record Virsh(Runner runner, String uri, Duration within) {
  /** What it printed to these words. */
  Future<String> run(String... words) {
    return run(List.of(words), "");
  }

  /**
   * What it printed to these words.
   *
   * @param input what it reads
   */
  Future<String> run(List<String> words, String input) {
    List<String> all = new ArrayList<>(List.of("virsh", "--quiet", "--connect", uri));
    all.addAll(words);
    return runner
        .run(new Tool(all, Map.of(), within, Set.of(0), piece -> {}).reading(input))
        .output();
  }
}
