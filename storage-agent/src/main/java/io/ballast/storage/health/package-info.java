/** How the disks and arrays of a Linux host fare, by smartctl and the kernel. */
@NullMarked
package io.ballast.storage.health;

import org.jspecify.annotations.NullMarked;
