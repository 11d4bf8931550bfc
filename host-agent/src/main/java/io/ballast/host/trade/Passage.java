package io.ballast.host.trade;

import io.ballast.messages.MigrationProgress;
import java.time.Duration;

/**
 * A live migration under way, as its hypervisor tells of it.
 *
 * @param needed how long the guest would stand still if what is left were sent now; the hypervisor
 *     measures it once the first pass over the memory has ended, and has nothing to say before
 * @param allowed how long it may stand still at this moment
 * @param throttle the share of their time that is taken from the guest's processors, in percent
 * @param postCopy whether the guest runs on the target already, and its memory follows
 */
public record Passage(
    MigrationProgress progress,
    Duration needed,
    Duration allowed,
    int throttle,
    boolean postCopy) {}
