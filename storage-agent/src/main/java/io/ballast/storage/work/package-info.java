/** What stands between a command and the work on a volume: what must hold, and what is told. */
@NullMarked
package io.ballast.storage.work;

import org.jspecify.annotations.NullMarked;
