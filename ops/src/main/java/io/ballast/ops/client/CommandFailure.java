package io.ballast.ops.client;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The end of a command that did not succeed: its exit code and a line for a person. */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ExitCode code;

  public CommandFailure(ExitCode code, String message) {
    this(code, message, null);
  }

  public CommandFailure(ExitCode code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** A refusal, by whoever refused. */
  public static CommandFailure of(RefusedException refusal) {
    ExitCode code =
        switch (refusal.reason()) {
          case BUS_LOST -> ExitCode.UNREACHABLE;
          case NO_RECEIVER, DEADLINE_PASSED, MAY_YET_HAPPEN -> ExitCode.NO_ANSWER;
          case MALFORMED,
              UNKNOWN_KIND,
              STALE_EPOCH,
              DUPLICATE_ID,
              NOT_ALLOWED,
              UNKNOWN_HOST,
              UNKNOWN_VM,
              UNKNOWN_POOL,
              UNKNOWN_VOLUME,
              UNKNOWN_BRIDGE,
              UNKNOWN_PORT,
              UNKNOWN_OPERATION,
              WRONG_STATE,
              BUSY,
              IN_USE,
              NAME_TAKEN,
              INVALID_IMAGE,
              NO_ROOM,
              INVALID_DOMAIN,
              NOT_MIGRATABLE,
              NOT_CONVERGING,
              HYPERVISOR_REFUSED,
              HYPERVISOR_STUCK,
              HYPERVISOR_UNREACHABLE,
              NOT_TRIED,
              INTERRUPTED,
              NO_JOURNAL,
              TRADE_REFUSED,
              CANCELLED,
              NOT_READY,
              INTERNAL ->
              ExitCode.REFUSED;
        };
    return new CommandFailure(code, String.valueOf(refusal.getMessage()), refusal);
  }

  /** Why it was refused, if it was. */
  Optional<Reason> reason() {
    return getCause() instanceof RefusedException refused
        ? Optional.of(refused.reason())
        : Optional.empty();
  }

  public ExitCode code() {
    return code;
  }

  /** The line for a person; what others say in several lines is joined to one. */
  public String line() {
    return printable(String.valueOf(getMessage()).strip().replaceAll("\\s*\\R\\s*", "; "));
  }

  /** A text in which nothing steers a terminal. */
  public static String printable(String text) {
    return text.replaceAll("\\p{Cc}", "?");
  }
}
