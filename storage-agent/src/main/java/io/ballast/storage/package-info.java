/** The storage agent of a host: pools, volumes, snapshots, clones and images. */
@NullMarked
package io.ballast.storage;

import org.jspecify.annotations.NullMarked;
