package io.ballast.messages;

import java.time.Duration;
import java.time.Instant;

/**
 * Who beats, in which life, how often: the part that all beats share.
 *
 * @param cluster hosts of one cluster are balanced against each other
 * @param incarnation numbers the agent's life, usually by a counter in its journal; a later life
 *     may have a smaller one, for a journal can be lost
 * @param sequence counts the beats of one life from 1
 * @param at when the beat was made, by the host's clock
 * @param interval how long until the next one, as the agent intends; 1 ms to 1 day
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
    Fields.between(interval, "interval", Duration.ofMillis(1), Duration.ofDays(1));
    Fields.text(version, "version");
  }
}
