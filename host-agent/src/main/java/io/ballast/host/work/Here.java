package io.ballast.host.work;

import io.ballast.messages.HostId;

/**
 * This host, as others know it.
 *
 * @param cluster virtual machines move between hosts of one cluster
 * @param peerUri where its hypervisor is reached
 */
public record Here(HostId host, String cluster, String peerUri) {}
