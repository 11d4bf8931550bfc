/**
 * The bus that carries the fleet's messages: four verbs, one interface, two carriers.
 *
 * <p>{@link io.ballast.bus.RabbitBus} is the real one; {@link io.ballast.bus.LocalBus} carries the
 * same verbs inside one process for tests and simulation. Both pass the same contract tests.
 */
@NullMarked
package io.ballast.bus;

import org.jspecify.annotations.NullMarked;
