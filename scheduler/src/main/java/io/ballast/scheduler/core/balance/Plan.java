package io.ballast.scheduler.core.balance;

import io.ballast.messages.Decision;

/**
 * A plan on paper, with what is known of how good it is.
 *
 * <p>Unevenness is the standard deviation of the hosts' used shares of CPU plus that of their used
 * shares of memory, over the hosts that stay; 0 is even.
 *
 * @param decision the moves and why
 * @param gibibytes memory and local disks that the moves send, in GiB
 * @param before the unevenness as it is
 * @param after the unevenness after the moves
 * @param bound the unevenness that no plan whatever could be below
 * @param finished whether the search came to its end; if not, there may be better plans
 */
public record Plan(
    Decision decision,
    double gibibytes,
    double before,
    double after,
    double bound,
    boolean finished) {}
