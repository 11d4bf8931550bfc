package io.ballast.scheduler.core.balance;

import io.ballast.messages.Decision.PlannedMove;
import io.ballast.messages.HostId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Splits moves into waves. Moves of a wave share no host and run side by side; the next wave starts
 * when the wave before has ended.
 *
 * <p>Each move comes into the first wave after all earlier moves that share a host with it. So both
 * of its hosts have, when its wave starts, seen exactly the moves that they had seen in the order
 * of the plan, and what was possible there is possible here.
 */
final class Waves {
  private Waves() {}

  /**
   * Numbers the waves.
   *
   * @param moves in an order in which each is possible; their own wave numbers don't matter
   * @param width most moves in a wave, at least 1
   * @return the moves by wave, in which order each is possible as well
   */
  static List<PlannedMove> of(List<PlannedMove> moves, int width) {
    Map<HostId, Integer> lastWave = new HashMap<>();
    Map<Integer, Integer> sizes = new HashMap<>();
    List<PlannedMove> waves = new ArrayList<>();
    for (PlannedMove move : moves) {
      int wave =
          1 + Math.max(lastWave.getOrDefault(move.from(), 0), lastWave.getOrDefault(move.to(), 0));
      while (sizes.getOrDefault(wave, 0) >= width) {
        wave++;
      }
      sizes.merge(wave, 1, Integer::sum);
      lastWave.put(move.from(), wave);
      lastWave.put(move.to(), wave);
      waves.add(move.in(wave));
    }
    waves.sort(Comparator.comparingInt(PlannedMove::wave));
    return waves;
  }
}
