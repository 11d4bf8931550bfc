/**
 * The bus that carries the fleet's messages: four verbs, one interface, two carriers.
 *
 * <p>{@link io.ballast.bus.RabbitBus} is the real one; {@link io.ballast.bus.LocalBus} carries the
 * same verbs inside one process for tests and simulation. Both pass the same contract tests.
 *
 * <p>How long a message has yet is told as time that is left, in milliseconds: the property {@code
 * expiration}, or for a sender that sets none the header {@code within}. Who receives it counts by
 * its own ticks from its arrival, so clocks may differ and step.
 */
@NullMarked
package io.ballast.bus;

import org.jspecify.annotations.NullMarked;
