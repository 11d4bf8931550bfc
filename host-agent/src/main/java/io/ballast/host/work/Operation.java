package io.ballast.host.work;

import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reply.Accepted;
import io.ballast.messages.VmId;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One operation, from the claim of its virtual machine on: first checked, then accepted with its
 * work, at last ended with its outcome. Lives on one loop.
 */
final class Operation {
  final OperationId id;
  final VmId vm;
  final Work.Kind kind;

  /** The commands to cancel it that were accepted. */
  final Set<OperationId> cancels = new HashSet<>();

  @Nullable Future<Accepted> answer;
  @Nullable Work work;
  @Nullable Outcome outcome;

  Operation(OperationId id, VmId vm, Work.Kind kind) {
    this.id = id;
    this.vm = vm;
    this.kind = kind;
  }

  /** What it is, for a person. */
  String words() {
    return "operation " + id + " (" + kind.words() + ")";
  }
}
