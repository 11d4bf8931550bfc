/**
 * The bus that carries the fleet's messages: four verbs, one interface, two carriers.
 *
 * <p>What comes in is a {@link io.ballast.bus.Request} or a notice, and whoever serves an {@link
 * io.ballast.bus.Address} or listens. What goes out is a reply of the request's type, or a {@link
 * io.ballast.bus.RefusedException} with a reason. It never says how a message travels: that is the
 * carriers' matter, {@link io.ballast.bus.rabbit.RabbitBus} between processes and {@link
 * io.ballast.bus.local.LocalBus} within one, and both pass the same contract tests.
 *
 * <p>How long a message has yet is told as time that is left, in milliseconds: the property {@code
 * expiration}, or for a sender that sets none the header {@code within}. Who receives it counts by
 * its own ticks from its arrival, so clocks may differ and step.
 */
@NullMarked
package io.ballast.bus;

import org.jspecify.annotations.NullMarked;
