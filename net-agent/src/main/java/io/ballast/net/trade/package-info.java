/**
 * What the network agent knows of switches: what ports are to be, and what a kind of switch has to
 * be able to do.
 *
 * <p>What comes in is ports as they are wanted, with the links by which their cards are reached
 * now. What goes out is what differs. It never knows how a kind of switch is told anything.
 */
@NullMarked
package io.ballast.net.trade;

import org.jspecify.annotations.NullMarked;
