/**
 * Flows of Open vSwitch, built of typed parts: a match on a layer is only to be had through the
 * layers below it, and no part is ever a text of somebody else's.
 */
@NullMarked
package io.ballast.net.flow;

import org.jspecify.annotations.NullMarked;
