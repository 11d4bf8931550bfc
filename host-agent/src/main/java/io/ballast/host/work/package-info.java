/**
 * What is done with virtual machines, from the claim of one to the outcome.
 *
 * <p>What comes in is the commands that were understood, and what the hypervisor says of their
 * virtual machine. What goes out is a refusal, or the acceptance and then the events of one
 * operation, the last of which is its outcome. It never does anything twice under one id, never
 * works on a virtual machine that is being worked on, and never takes an error for the proof that a
 * migration failed.
 */
@NullMarked
package io.ballast.host.work;

import org.jspecify.annotations.NullMarked;
