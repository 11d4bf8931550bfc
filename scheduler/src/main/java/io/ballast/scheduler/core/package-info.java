/**
 * The pure core of the scheduler, and on top of its rooms the {@link
 * io.ballast.scheduler.core.Conductor}, which only dispatches.
 *
 * <p>What comes in are beats, events, answers, commands and instants. What goes out are effects, to
 * be carried out in their order. It never reads a clock, draws chance, logs, or does input or
 * output: it sees the JDK and the records of {@code io.ballast.messages}, and the build enforces
 * it.
 */
@NullMarked
package io.ballast.scheduler.core;

import org.jspecify.annotations.NullMarked;
