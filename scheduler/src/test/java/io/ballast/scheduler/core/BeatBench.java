package io.ballast.scheduler.core;

import io.ballast.messages.HostBeat;
import io.ballast.messages.OperationId;
import io.ballast.messages.Vm;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.policy.AlertSettings;
import io.ballast.scheduler.core.policy.LivenessSettings;
import io.ballast.scheduler.core.policy.Policy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Measures how long a scheduler takes for what it does all the time: a beat is folded into its
 * picture, and once a second all hosts are weighed.
 */
public final class BeatBench {
  private static final int GUESTS = 20;
  private static final int SECONDS = 60;

  private BeatBench() {}

  /** Prints a row for each number of hosts that is given, or for 1,000. */
  public static void main(String[] args) {
    List<String> sizes = args.length == 0 ? List.of("1000") : List.of(args);
    System.out.printf(
        Locale.ROOT, "%6s  %7s  %14s  %16s%n", "HOSTS", "VMS", "BEAT median ms", "LOOK a host, ms");
    for (String size : sizes) {
      measure(Integer.parseInt(size));
    }
  }

  private static void measure(int hosts) {
    int[] moves = {0};
    Conductor conductor =
        new Conductor(
            Policy.DEFAULT,
            LivenessSettings.DEFAULT,
            AlertSettings.DEFAULT,
            () -> new OperationId("m" + moves[0]++),
            1,
            BeatMaker.START);
    List<BeatMaker> makers = new ArrayList<>();
    for (int h = 0; h < hosts; h++) {
      makers.add(new BeatMaker("h" + h));
    }
    List<Double> beats = new ArrayList<>();
    List<Double> looks = new ArrayList<>();
    for (int second = 0; second < SECONDS; second++) {
      for (int h = second % 3; h < hosts; h += 3) {
        Instant at = BeatMaker.at(second + (double) h / hosts);
        HostBeat beat = makers.get(h).beat(at, guests(h));
        long begun = System.nanoTime();
        conductor.onBeat(beat, at);
        beats.add((System.nanoTime() - begun) / 1e6);
      }
      long begun = System.nanoTime();
      conductor.onTick(BeatMaker.at(second + 1));
      looks.add((System.nanoTime() - begun) / 1e6 / hosts);
    }
    System.out.printf(
        Locale.ROOT,
        "%6d  %7d  %14.4f  %16.5f%n",
        hosts,
        hosts * GUESTS,
        median(beats),
        median(looks));
  }

  private static Vm[] guests(int host) {
    Vm[] vms = new Vm[GUESTS];
    Arrays.setAll(vms, g -> BeatMaker.vm(host * GUESTS + g, VmState.RUNNING));
    return vms;
  }

  /** Of the second half: the first warms up. */
  private static double median(List<Double> all) {
    return all.subList(all.size() / 2, all.size()).stream()
        .mapToDouble(Double::doubleValue)
        .sorted()
        .skip(all.size() / 4)
        .findFirst()
        .orElse(0);
  }
}
