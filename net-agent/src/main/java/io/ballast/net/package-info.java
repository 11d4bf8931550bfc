/** The network agent of a host: bridges, ports, VLANs and rate limits. */
@NullMarked
package io.ballast.net;

import org.jspecify.annotations.NullMarked;
