/** The fleet as a person sees it in a terminal: pure text from messages, and the painter for it. */
@NullMarked
package io.ballast.ops.screen;

import org.jspecify.annotations.NullMarked;
