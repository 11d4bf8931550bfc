/** Networks of the host's libvirt, by its own tool. */
@NullMarked
package io.ballast.net.libvirt;

import org.jspecify.annotations.NullMarked;
