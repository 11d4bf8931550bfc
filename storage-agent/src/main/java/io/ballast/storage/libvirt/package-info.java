/** The pools of a libvirt, and the back ends for each kind of them. */
@NullMarked
package io.ballast.storage.libvirt;

import org.jspecify.annotations.NullMarked;
