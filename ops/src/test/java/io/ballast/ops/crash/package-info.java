/** Agents in a process of their own that is killed at every point of a command. */
@NullMarked
package io.ballast.ops.crash;

import org.jspecify.annotations.NullMarked;
