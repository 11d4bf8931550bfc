/** The layers that snapshots of a virtual machine put upon its disks. */
@NullMarked
package io.ballast.storage.layers;

import org.jspecify.annotations.NullMarked;
