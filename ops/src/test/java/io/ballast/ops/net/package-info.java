/** Networks of guests, tried with real switches in the hosts of the lab. */
@NullMarked
package io.ballast.ops.net;

import org.jspecify.annotations.NullMarked;
