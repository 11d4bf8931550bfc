/**
 * What is: the newest beat of every agent, and what hosts use on average.
 *
 * <p>What comes in are beats and when they came. What goes out are immutable pictures of the fleet
 * and its clusters. It never believes anything that no beat said: who is alive is for the watch to
 * say.
 */
@NullMarked
package io.ballast.scheduler.core.view;

import org.jspecify.annotations.NullMarked;
