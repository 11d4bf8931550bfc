package io.ballast.storage.tool;

import io.ballast.messages.Bytes;

/**
 * How much some storage holds.
 *
 * @param capacity its size
 * @param used what is taken of it
 * @param available what is left for new disks; may be less than what is not taken
 */
public record Room(Bytes capacity, Bytes used, Bytes available) {}
