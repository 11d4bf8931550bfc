/**
 * What every agent is, apart from its trade: the loop on which it lives, its heart, and how it
 * takes commands, remembers them and answers for them.
 *
 * <p>What comes in is commands from the bus, and a trade that can check and do them. What goes out
 * is one answer to each command, the events of the work that it began, of which exactly one is the
 * final one, and beats. It never knows what the trade works on.
 *
 * <p>A trade that has to ask what may hang, such as libvirt, asks it in a {@link
 * io.ballast.agent.Lane}: on a bounded number of threads, with a deadline for each call.
 */
@NullMarked
package io.ballast.agent;

import org.jspecify.annotations.NullMarked;
