package io.ballast.ops.client;

import java.util.Locale;

/** Constants as a person reads them. */
final class Words {
  private Words() {}

  /** {@code SHUT_OFF} as {@code shut off}. */
  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
