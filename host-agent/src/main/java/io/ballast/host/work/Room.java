package io.ballast.host.work;

import io.ballast.messages.Bytes;

/**
 * The memory of this host that is free for a guest to start in.
 *
 * @param plain what a guest can have that is not backed by huge pages
 * @param hugePages what a guest can have that is; none of it is part of the other
 */
public record Room(Bytes plain, Bytes hugePages) {}
