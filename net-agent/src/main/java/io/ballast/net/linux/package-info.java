/** Ports on the kernel's bridges: by nftables, traffic control and iproute2. */
@NullMarked
package io.ballast.net.linux;

import org.jspecify.annotations.NullMarked;
