/** The commands that an operator gives: each a small class over the bus. */
@NullMarked
package io.ballast.ops.client;

import org.jspecify.annotations.NullMarked;
