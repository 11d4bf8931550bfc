/**
 * Programs of the host that a trade asks or has work for it: each run in bounds, without a shell.
 */
@NullMarked
package io.ballast.agent.tool;

import org.jspecify.annotations.NullMarked;
