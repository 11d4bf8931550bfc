/**
 * What an agent of a host works on, whatever it is made of: the virtual machines of its hypervisor.
 *
 * <p>What comes in is calls on virtual machines, and the XML that somebody wrote about one. What
 * goes out is domains with their counters, or a refusal with its reason. It never talks to a
 * hypervisor itself, and sees no other room of the agent.
 */
@NullMarked
package io.ballast.host.trade;

import org.jspecify.annotations.NullMarked;
