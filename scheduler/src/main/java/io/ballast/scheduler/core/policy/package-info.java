/**
 * What is wanted: everything that can be configured about watching and balancing.
 *
 * <p>What comes in are numbers that a person chose. What goes out are records that are valid, or an
 * exception that names the field and its range. It never says how things are.
 */
@NullMarked
package io.ballast.scheduler.core.policy;

import org.jspecify.annotations.NullMarked;
