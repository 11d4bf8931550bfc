package io.ballast.scheduler.core;

import io.ballast.messages.Event;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reply;
import io.ballast.messages.VmId;

/** What the core wants done in the world; its shell does it and tells what came of it. */
public sealed interface Effect {
  /** Send a command to a host's agent, under this id, and tell its answer. */
  record Send(OperationId id, HostId host, HostCommand<Reply.Accepted> command) implements Effect {}

  /** Ask a host's hypervisor for a virtual machine, and tell what it says. */
  record Look(HostId host, VmId vm) implements Effect {}

  /** Tell the fleet. */
  record Tell(Event event) implements Effect {}

  /** Warn the operator: one line for the log. */
  record Warn(String line) implements Effect {}

  /** Let the operator know: one line for the log. */
  record Note(String line) implements Effect {}
}
