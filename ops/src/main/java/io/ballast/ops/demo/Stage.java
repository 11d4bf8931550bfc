package io.ballast.ops.demo;

import io.ballast.bus.Bus;
import io.ballast.messages.HostId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A fleet to play on: hosts with agents, a scheduler and a bus between them.
 *
 * <p>All methods block the caller and throw {@link DemoFailure} where the stage breaks.
 */
interface Stage {
  /** {@code real} or {@code simulated}. */
  String mode();

  /** How many times faster than life it plays, at least 1. */
  int speed();

  /** Builds the stage and returns a connection to its bus; {@code progress} is told each step. */
  Bus open(Progress progress);

  List<HostId> hosts();

  /** The domain XML of each guest that is to be booted, by name, the most hungry first. */
  Map<String, String> guests();

  /** Takes the power from a host: everything on it is dead at once. */
  void cut(HostId host);

  /** Gives a host its power back. */
  void restore(HostId host);

  /** The pauses that guests saw so far. */
  Pauses pauses();

  /** Leaves the stage as it is when this process ends, and says how to look around and stop it. */
  List<String> keep();

  /** What its processes complained of lately, for a person who wonders why the demo failed. */
  List<String> complaints();

  /** Copies the logs of its processes to where they outlive it; empty = it has none. */
  Optional<Path> saveLogs();

  /** Takes the stage down and tells what could not be removed; empty = nothing is left. */
  List<String> close();

  /** Is told what happens, in a few words. */
  interface Progress {
    void step(String what);
  }
}
