package io.ballast.scheduler.core.balance;

import org.jspecify.annotations.Nullable;

/**
 * A move that is allowed and gains enough.
 *
 * @param urgent whether it leaves a host that is over a trigger
 * @param worth what it takes off the score, by what it costs in MiB
 */
record Candidate(Leg leg, boolean urgent, double worth) {
  boolean isBetterThan(@Nullable Candidate other) {
    return other == null || (urgent == other.urgent ? worth > other.worth : urgent);
  }
}
