/**
 * Ports and volumes that follow their virtual machines: where one has come to run without them, or
 * left them behind.
 *
 * <p>What comes in is the picture of the fleet. What goes out is orders for network and storage
 * agents. It never acts while it is in doubt where a machine runs.
 */
@NullMarked
package io.ballast.scheduler.core.follow;

import org.jspecify.annotations.NullMarked;
