/**
 * The pure core of the scheduler: facts, instants and seeds go in, views, plans and steps come out.
 *
 * <p>It sees the JDK and the records of {@code io.ballast.messages}, nothing else; the build
 * enforces it.
 */
@NullMarked
package io.ballast.scheduler.core;

import org.jspecify.annotations.NullMarked;
