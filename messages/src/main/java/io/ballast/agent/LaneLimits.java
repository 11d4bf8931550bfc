package io.ballast.agent;

/**
 * How much a lane may take on, each at least 1.
 *
 * @param lanes lanes side by side that share such calls
 * @param waiting calls that may wait for a lane's thread; more are refused
 * @param abandoned threads that a lane may have lost to calls which never came back; at that number
 *     it refuses everything until one does
 */
public record LaneLimits(int lanes, int waiting, int abandoned) {
  public static final LaneLimits DEFAULT = new LaneLimits(2, 32, 3);

  public LaneLimits {
    atLeastOne(lanes, "lanes");
    atLeastOne(waiting, "waiting calls");
    atLeastOne(abandoned, "threads that may be lost");
  }

  private static void atLeastOne(int value, String name) {
    if (value < 1) {
      throw new IllegalArgumentException("the number of " + name + " must be at least 1");
    }
  }
}
