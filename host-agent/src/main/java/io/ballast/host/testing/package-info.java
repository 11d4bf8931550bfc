/**
 * Fakes of what the agent works on: hosts, domains and migrations that exist in memory only. They
 * drive tests and the simulated fleet, and never touch a real hypervisor.
 */
@NullMarked
package io.ballast.host.testing;

import org.jspecify.annotations.NullMarked;
