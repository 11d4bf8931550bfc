/** The programs that work on disks, each run in bounds. */
@NullMarked
package io.ballast.storage.tool;

import org.jspecify.annotations.NullMarked;
