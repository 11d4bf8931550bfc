/** Ports on bridges of Open vSwitch: by its own tools, in bundles that are applied or not. */
@NullMarked
package io.ballast.net.ovs;

import org.jspecify.annotations.NullMarked;
