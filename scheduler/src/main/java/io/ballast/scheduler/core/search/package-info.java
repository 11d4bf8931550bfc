/**
 * Where the guests of a cluster should be, as numbers.
 *
 * <p>What comes in are hosts and guests by index with what they have and want, and a price. What
 * goes out are moves in an order in which each is possible. It knows no names and no clock, its
 * dice always fall alike, and equal problems get equal answers.
 */
@NullMarked
package io.ballast.scheduler.core.search;

import org.jspecify.annotations.NullMarked;
