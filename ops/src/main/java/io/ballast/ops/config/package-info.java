/** The configuration file: what may stand in it, and its strict reader. */
@NullMarked
package io.ballast.ops.config;

import org.jspecify.annotations.NullMarked;
