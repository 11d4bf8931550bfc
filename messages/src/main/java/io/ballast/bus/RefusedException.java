package io.ballast.bus;

import io.ballast.messages.Reason;
import io.ballast.messages.Reply;

/** A refusal on its way through code: the reason and a message for a person. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;

  public RefusedException(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  public RefusedException(Reply.Refused refused) {
    this(refused.reason(), refused.message());
  }

  public Reason reason() {
    return reason;
  }

  /** The refusal as it travels. */
  public Reply.Refused reply() {
    return new Reply.Refused(reason, String.valueOf(getMessage()));
  }
}
