/**
 * The carrier within one process, for tests and simulation.
 *
 * <p>What comes in is the four verbs of the members that share a {@link
 * io.ballast.bus.local.LocalHub}. What goes out is what a network would deliver: every message is
 * encoded and decoded on its way. It never fails by itself, and never keeps anything for a receiver
 * that is away.
 */
@NullMarked
package io.ballast.bus.local;

import org.jspecify.annotations.NullMarked;
