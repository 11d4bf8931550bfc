/**
 * The life of a move, from its plan to the proof that its VM runs once.
 *
 * <p>What comes in are answers, events, beats, looks and time, as signs. What goes out are orders
 * to agents, the state of each move, and how it ended. It never guesses: what is not known is in
 * doubt until both hosts have said what they run.
 */
@NullMarked
package io.ballast.scheduler.core.move;

import org.jspecify.annotations.NullMarked;
