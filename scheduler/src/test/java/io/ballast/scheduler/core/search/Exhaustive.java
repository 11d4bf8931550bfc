package io.ballast.scheduler.core.search;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * The best that can be reached in a small fleet by moves each of which is possible, found by
 * looking at all that can be.
 *
 * @param cost the least of what such a layout costs, in GiB
 */
record Exhaustive(double unevenness, double cost) {
  static Exhaustive of(Crowd crowd) {
    int guests = crowd.guests.size();
    int hosts = crowd.hosts.size();
    int[] home = crowd.guests.stream().mapToInt(Problem.Guest::home).toArray();
    Deque<int[]> open = new ArrayDeque<>();
    Set<Integer> seen = new HashSet<>();
    open.add(home.clone());
    seen.add(code(home, hosts));
    double least = Double.MAX_VALUE;
    double cost = 0;
    while (!open.isEmpty()) {
      int[] at = open.remove();
      double[] cpu = new double[hosts];
      double[] memory = new double[hosts];
      double moved = 0;
      for (int g = 0; g < guests; g++) {
        cpu[at[g]] += crowd.guests.get(g).appetite();
        memory[at[g]] += crowd.guests.get(g).held();
        moved += at[g] == home[g] ? 0 : crowd.guests.get(g).cost();
      }
      double unevenness = deviation(cpu, crowd, true) + deviation(memory, crowd, false);
      if (unevenness < least - 1e-6 || (unevenness < least + 1e-6 && moved < cost)) {
        least = Math.min(least, unevenness);
        cost = moved;
      }
      for (int g = 0; g < guests; g++) {
        for (int h = 0; h < hosts; h++) {
          Problem.Guest guest = crowd.guests.get(g);
          if (h != at[g]
              && memory[h] + guest.held() <= crowd.hosts.get(h).memory()
              && cpu[h] + guest.appetite() <= crowd.hosts.get(h).cpus()) {
            int[] next = at.clone();
            next[g] = h;
            if (seen.add(code(next, hosts))) {
              open.add(next);
            }
          }
        }
      }
    }
    return new Exhaustive(least, cost);
  }

  private static int code(int[] at, int hosts) {
    return Arrays.stream(at).reduce(0, (code, host) -> code * hosts + host);
  }

  private static double deviation(double[] used, Crowd crowd, boolean cpu) {
    double sum = 0;
    double squares = 0;
    for (int h = 0; h < used.length; h++) {
      Problem.Host host = crowd.hosts.get(h);
      double share = used[h] / (cpu ? host.cpus() : host.memory());
      sum += share;
      squares += share * share;
    }
    double mean = sum / used.length;
    return Math.sqrt(Math.max(0, squares / used.length - mean * mean));
  }
}
