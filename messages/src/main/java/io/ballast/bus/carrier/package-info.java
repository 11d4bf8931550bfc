/**
 * What every carrier of the bus does alike at both ends, whatever lies between them.
 *
 * <p>What comes in is a parcel that has arrived, or a call that is about to leave. What goes out is
 * one answer for each command, one end for each call, and each notice on its listener's own
 * context. It never knows what it was carried by, and never connects to anything.
 */
@NullMarked
package io.ballast.bus.carrier;

import org.jspecify.annotations.NullMarked;
