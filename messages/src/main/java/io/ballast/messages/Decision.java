package io.ballast.messages;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the balancer decided for one cluster, and why; also the decision to do nothing.
 *
 * @param moves in an order in which each is possible; empty = nothing is moved
 * @param summary one line for a person
 * @param terms what was weighed, each before and as expected after the moves
 * @param objections how often each rule spoke against a possible move
 */
public record Decision(
    Instant at,
    String cluster,
    List<PlannedMove> moves,
    String summary,
    List<Term> terms,
    Map<String, Integer> objections) {
  public Decision {
    Fields.required(at, "at");
    Fields.text(cluster, "cluster");
    moves = Fields.listOf(moves, "moves");
    Fields.text(summary, "summary");
    terms = Fields.listOf(terms, "terms");
    objections = Map.copyOf(Fields.required(objections, "objections"));
  }

  /**
   * A move worth making.
   *
   * @param name the virtual machine's name, for people
   * @param wave moves of one wave share no host and may run side by side; waves count from 1
   * @param why one line for a person
   * @param copied the disks that go along, as they were last seen; absent = none
   */
  public record PlannedMove(
      VmId vm,
      String name,
      HostId from,
      HostId to,
      int wave,
      String why,
      Optional<LocalDisks> copied) {
    /** One that copies no disks. */
    public PlannedMove(VmId vm, String name, HostId from, HostId to, int wave, String why) {
      this(vm, name, from, to, wave, why, Optional.empty());
    }

    /** This in another wave. */
    public PlannedMove in(int other) {
      return new PlannedMove(vm, name, from, to, other, why, copied);
    }

    public PlannedMove {
      Fields.required(vm, "vm");
      Fields.text(name, "name");
      Fields.required(from, "from");
      Fields.required(to, "to");
      Fields.positive(wave, "wave");
      Fields.text(why, "why");
      Fields.required(copied, "copied");
    }
  }

  /** One number that was weighed; less is better. */
  public record Term(String name, double before, double after) {
    public Term {
      Fields.text(name, "name");
      Fields.finite(before, "before");
      Fields.finite(after, "after");
    }
  }
}
