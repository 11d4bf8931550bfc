/** The demo: Ballast's main job played on a real or a simulated fleet, and measured. */
@NullMarked
package io.ballast.ops.demo;

import org.jspecify.annotations.NullMarked;
