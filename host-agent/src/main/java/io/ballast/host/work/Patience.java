package io.ballast.host.work;

import java.time.Duration;

/**
 * How long the agent waits for what.
 *
 * @param check for the hypervisor's word on a VM before a command is refused; shorter than the time
 *     that callers allow, 3 s unless said otherwise
 * @param abort for a migration to end after it was aborted, 30 s unless said otherwise
 * @param look for both hosts to say what they run after a migration went wrong, 60 s unless said
 *     otherwise; after that its outcome is unknown. For one that is held at its target: {@code
 *     doubt}
 * @param again between two looks at the same thing, 1 s unless said otherwise
 * @param settle for which something must not have happened before it is believed that it never
 *     will, 5 s unless said otherwise: a hypervisor may still be at it
 * @param doubt for a hypervisor to say what became of interrupted work, 10 min unless said
 *     otherwise; after that its outcome is unknown
 */
public record Patience(
    Duration check,
    Duration abort,
    Duration look,
    Duration again,
    Duration settle,
    Duration doubt) {
  public static final Patience DEFAULT =
      new Patience(
          Duration.ofSeconds(3),
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          Duration.ofMinutes(10));
}
