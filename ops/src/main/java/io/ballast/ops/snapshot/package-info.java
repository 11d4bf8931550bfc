/** A picture of one cluster as a file: how it is taken, written, read, and looked at again. */
@NullMarked
package io.ballast.ops.snapshot;

import org.jspecify.annotations.NullMarked;
