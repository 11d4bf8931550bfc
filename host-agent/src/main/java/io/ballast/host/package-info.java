/**
 * The agent of a host: its load, its virtual machines and their migration.
 *
 * <p>What comes in is the commands to this host, and the readings of its meter and its hypervisor.
 * What goes out is beats, answers, and the metrics of all that. It never touches libvirt, {@code
 * /proc} or a guest itself, and never waits for a hypervisor before it beats.
 */
@NullMarked
package io.ballast.host;

import org.jspecify.annotations.NullMarked;
