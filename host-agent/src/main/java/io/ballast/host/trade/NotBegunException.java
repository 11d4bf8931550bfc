package io.ballast.host.trade;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reply.Refused;

/**
 * That a migration was not begun and is not begun any more, so that its domain is where it was,
 * whatever its target says.
 */
public final class NotBegunException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Refused why;

  public NotBegunException(RefusedException why) {
    super(why.getMessage(), null, false, false);
    this.why = why.reply();
  }

  /** Why it was not begun. */
  public Refused why() {
    return why;
  }
}
