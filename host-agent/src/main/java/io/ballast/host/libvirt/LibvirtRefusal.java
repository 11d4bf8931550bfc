package io.ballast.host.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.MigrationBlocker;
import io.ballast.messages.Reason;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.libvirt.Error.ErrorDomain;
import org.libvirt.Error.ErrorNumber;

/**
 * An error of libvirt as a reason of ours: what is to be done about it depends on what was tried.
 */
record LibvirtRefusal(ErrorNumber code, ErrorDomain origin, String sentence) {
  private static final Map<ErrorNumber, Reason> REASONS = new EnumMap<>(ErrorNumber.class);

  /** Errors that mean the description if a description was given. */
  private static final Set<ErrorNumber> IN_A_DESCRIPTION =
      Set.of(
          ErrorNumber.VIR_ERR_OPERATION_FAILED,
          ErrorNumber.VIR_ERR_INVALID_ARG,
          ErrorNumber.VIR_ERR_OVERFLOW);

  static {
    REASONS.put(ErrorNumber.VIR_ERR_NO_DOMAIN, Reason.UNKNOWN_VM);
    REASONS.put(ErrorNumber.VIR_ERR_OPERATION_INVALID, Reason.WRONG_STATE);
    REASONS.put(ErrorNumber.VIR_ERR_NO_MEMORY, Reason.NO_ROOM);
    REASONS.put(ErrorNumber.VIR_ERR_OPERATION_ABORTED, Reason.CANCELLED);
    REASONS.put(ErrorNumber.VIR_ERR_OPERATION_TIMEOUT, Reason.HYPERVISOR_STUCK);
    REASONS.put(ErrorNumber.VIR_ERR_AGENT_UNRESPONSIVE, Reason.HYPERVISOR_STUCK);
    for (ErrorNumber invalid :
        Set.of(
            ErrorNumber.VIR_ERR_XML_ERROR,
            ErrorNumber.VIR_ERR_XML_DETAIL,
            ErrorNumber.VIR_ERR_XML_INVALID_SCHEMA,
            ErrorNumber.VIR_ERR_CONFIG_UNSUPPORTED,
            ErrorNumber.VIR_ERR_CONF_SYNTAX,
            ErrorNumber.VIR_ERR_PARSE_FAILED,
            ErrorNumber.VIR_ERR_DOM_EXIST,
            ErrorNumber.VIR_ERR_OS_TYPE,
            ErrorNumber.VIR_ERR_NO_KERNEL,
            ErrorNumber.VIR_ERR_NO_ROOT,
            ErrorNumber.VIR_ERR_NO_SOURCE,
            ErrorNumber.VIR_ERR_NO_TARGET,
            ErrorNumber.VIR_ERR_NO_NAME,
            ErrorNumber.VIR_ERR_NO_OS,
            ErrorNumber.VIR_ERR_NO_DEVICE,
            ErrorNumber.VIR_ERR_INVALID_MAC)) {
      REASONS.put(invalid, Reason.INVALID_DOMAIN);
    }
    for (ErrorNumber unreachable :
        Set.of(
            ErrorNumber.VIR_ERR_NO_CONNECT,
            ErrorNumber.VIR_ERR_INVALID_CONN,
            ErrorNumber.VIR_ERR_RPC,
            ErrorNumber.VIR_ERR_UNKNOWN_HOST,
            ErrorNumber.VIR_ERR_AUTH_FAILED,
            ErrorNumber.VIR_ERR_AUTH_CANCELLED,
            ErrorNumber.VIR_ERR_AUTH_UNAVAILABLE,
            ErrorNumber.VIR_ERR_GNUTLS_ERROR,
            ErrorNumber.VIR_ERR_SSH,
            ErrorNumber.VIR_ERR_LIBSSH)) {
      REASONS.put(unreachable, Reason.HYPERVISOR_UNREACHABLE);
    }
  }

  /** What was tried when the error came. */
  enum Attempt {
    /** A description was given. */
    DEFINE,
    /** A domain was sent to a peer; errors of the connection are those between the two hosts. */
    MIGRATE,
    /** Something was looked at and nothing was to be changed. */
    LOOK,
    /** Anything else with a domain. */
    OTHER
  }

  /** The error itself. */
  static LibvirtRefusal of(org.libvirt.Error error) {
    String sentence = error.getMessage();
    return new LibvirtRefusal(
        error.getCode(),
        error.getDomain(),
        sentence == null || sentence.isBlank() ? "libvirt gave no reason" : sentence.strip());
  }

  /** The refusal that comes of it. {@code what} is for people: "the start of VM x". */
  RefusedException refused(Attempt attempt, String what) {
    Reason reason = reason(attempt);
    return new RefusedException(reason, what + " failed: " + sentence + advice(reason, attempt));
  }

  Reason reason(Attempt attempt) {
    boolean noMemory =
        sentence.contains("Cannot allocate memory")
            || sentence.contains("cannot set up guest memory")
            || sentence.contains("unable to map backing store for guest RAM");
    if (noMemory && attempt != Attempt.DEFINE) {
      return Reason.NO_ROOM;
    }
    if (attempt == Attempt.MIGRATE
        && (code == ErrorNumber.VIR_ERR_MIGRATE_UNSAFE || MigrationBlocker.isNamedIn(sentence))) {
      return Reason.NOT_MIGRATABLE;
    }
    if (attempt == Attempt.DEFINE && IN_A_DESCRIPTION.contains(code)) {
      return Reason.INVALID_DOMAIN;
    }
    Reason reason = REASONS.getOrDefault(code, Reason.HYPERVISOR_REFUSED);
    if (attempt == Attempt.MIGRATE && reason == Reason.INVALID_DOMAIN) {
      return Reason.HYPERVISOR_REFUSED;
    }
    boolean broke =
        reason == Reason.HYPERVISOR_UNREACHABLE
            || (origin == ErrorDomain.VIR_FROM_RPC && reason == Reason.HYPERVISOR_REFUSED);
    return broke ? broken(attempt) : reason;
  }

  /** What it means that the connection broke under a call. */
  private static Reason broken(Attempt attempt) {
    return switch (attempt) {
      case LOOK, MIGRATE -> Reason.HYPERVISOR_UNREACHABLE;
      case DEFINE, OTHER -> Reason.MAY_YET_HAPPEN;
    };
  }

  private static String advice(Reason reason, Attempt attempt) {
    String advice = advice(reason);
    if (reason == Reason.HYPERVISOR_UNREACHABLE && attempt == Attempt.MIGRATE) {
      advice =
          "Look whether libvirtd of the target runs and its host can be reached from this one.";
    }
    return advice.isEmpty() ? "" : ". " + advice;
  }

  private static String advice(Reason reason) {
    return Map.of(
            Reason.UNKNOWN_VM, "Look which host has it, or define it here first.",
            Reason.WRONG_STATE, "Look at its state and what else works on it, then try again.",
            Reason.NO_ROOM, "Choose a host with more free memory, or free some on this one.",
            Reason.INVALID_DOMAIN, "Correct the domain's XML.",
            Reason.NOT_MIGRATABLE,
                "No host can take it live as it is defined: change what is named here, or shut it"
                    + " down and start it elsewhere.",
            Reason.HYPERVISOR_STUCK, "Look whether the VM's QEMU process hangs.",
            Reason.MAY_YET_HAPPEN, "It may yet happen: look before you ask for it again.",
            Reason.HYPERVISOR_UNREACHABLE, "Look whether libvirtd of this host runs.")
        .getOrDefault(reason, "");
  }
}
