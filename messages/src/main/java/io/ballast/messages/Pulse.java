package io.ballast.messages;

import java.time.Duration;
import java.time.Instant;

/**
 * Who beats, in which life, how often: the part that all beats share.
 *
 * @param cluster hosts of one cluster are balanced against each other
 * @param incarnation names the agent's life; usually its start in milliseconds since 1970 by the
 *     host's clock, so a later life may have a smaller one
 * @param sequence counts the beats of one life from 1
 * @param at when the beat was made, by the host's clock
 * @param interval how long until the next one, as the agent intends
 * @param version the agent's version
 */
public record Pulse(
    HostId host,
    String cluster,
    long incarnation,
    long sequence,
    Instant at,
    Duration interval,
    String version) {
  public Pulse {
    Fields.required(host, "host");
    Fields.text(cluster, "cluster");
    Fields.positive(incarnation, "incarnation");
    Fields.positive(sequence, "sequence");
    Fields.required(at, "at");
    if (Fields.required(interval, "interval").isNegative() || interval.isZero()) {
      throw new IllegalArgumentException("field 'interval' is " + interval + "; it must be longer");
    }
    Fields.text(version, "version");
  }
}
