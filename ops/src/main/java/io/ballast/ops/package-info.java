/** What an operator runs: the command line, and what it needs around it. */
@NullMarked
package io.ballast.ops;

import org.jspecify.annotations.NullMarked;
