package io.ballast.host.trade;

import io.ballast.messages.MigrationProgress;
import java.time.Duration;

/**
 * A live migration under way, as its hypervisor tells of it.
 *
 * @param needed how long the guest would stand still if what is left were sent now; the hypervisor
 *     measures it at the end of each pass
 * @param throttle the share of their time that is taken from the guest's processors, in percent
 * @param postCopy whether the guest runs on the target already, and its memory follows
 */
public record Passage(
    MigrationProgress progress, Duration needed, int throttle, boolean postCopy) {}
