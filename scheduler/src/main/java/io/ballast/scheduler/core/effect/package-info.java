/**
 * What the rooms want done, and what they tell each other of a move.
 *
 * <p>What comes in is a decision of a room. What goes out is an order for the shell, or news for
 * the rest of the core. It never decides anything itself.
 */
@NullMarked
package io.ballast.scheduler.core.effect;

import org.jspecify.annotations.NullMarked;
