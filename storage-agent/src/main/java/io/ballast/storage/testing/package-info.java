/** A fake of a host's storage, for tests and the simulated fleet. */
@NullMarked
package io.ballast.storage.testing;

import org.jspecify.annotations.NullMarked;
