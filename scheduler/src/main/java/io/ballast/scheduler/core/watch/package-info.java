/**
 * Who is alive, what is too much, and what is wrong.
 *
 * <p>What comes in are beats, the view and the time. What goes out are the status of hosts, spells
 * of overload, and alerts, each raised and resolved once with its evidence. It never moves
 * anything.
 */
@NullMarked
package io.ballast.scheduler.core.watch;

import org.jspecify.annotations.NullMarked;
