/**
 * What should be moved, where, and why; also why not.
 *
 * <p>What comes in are the view, overload, earlier moves and a policy. What goes out are decisions
 * with their reasons, and answers to persons who want a VM moved. It never carries out a move, and
 * equal questions get equal answers.
 */
@NullMarked
package io.ballast.scheduler.core.balance;

import org.jspecify.annotations.NullMarked;
