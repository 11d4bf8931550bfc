package io.ballast.scheduler.core;

import io.ballast.messages.Reason;

final class Pinning {
  private Pinning() {}

  static boolean isMeantBy(Reason reason, String message) {
    return reason == Reason.HYPERVISOR_REFUSED && message.contains("assigned host devices");
  }
}
