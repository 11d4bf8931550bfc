/**
 * How busy the host is.
 *
 * <p>What comes in is the files in which a kernel tells that of itself and of a container. What
 * goes out is one {@link io.ballast.host.meter.HostMeter.Reading} of all counters, or the source
 * that could not be read. It never blocks its caller, and never computes a rate.
 */
@NullMarked
package io.ballast.host.meter;

import org.jspecify.annotations.NullMarked;
