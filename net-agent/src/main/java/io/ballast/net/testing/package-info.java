/** A fake of a host's network, for tests and the simulated fleet. */
@NullMarked
package io.ballast.net.testing;

import org.jspecify.annotations.NullMarked;
