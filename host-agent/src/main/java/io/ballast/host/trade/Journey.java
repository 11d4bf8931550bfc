package io.ballast.host.trade;

import io.ballast.messages.HostCommand.Migrate;

/**
 * A live migration that is to be made.
 *
 * @param peer where the target's hypervisor is reached; nothing that the order says of it counts
 * @param held whether the guest stands still at its target until its copy here is gone, so that it
 *     never runs twice
 */
public record Journey(Migrate order, PeerAddress peer, boolean held) {}
