/** The processes that run for long: the agents of a host, and the scheduler. */
@NullMarked
package io.ballast.ops.process;

import org.jspecify.annotations.NullMarked;
