package io.ballast.storage.libvirt;

import com.sun.jna.Pointer;
import io.ballast.bus.RefusedException;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.storage.libvirt.Guests.Rest;
import io.ballast.storage.libvirt.Guests.Woken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.libvirt.Domain;
import org.libvirt.DomainInfo.DomainState;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How machines are brought to rest and woken, over a connection to a libvirt. It blocks. */
record Sleep(GuestConnection guests) {
  private static final Logger LOG = LoggerFactory.getLogger(Sleep.class);

  private static final int METADATA_ELEMENT = 2;
  private static final int LIVE = 1;

  void rest(String vm, OperationId operation, Rest how, Duration within) {
    long begun = System.nanoTime();
    guests.change(
        vm,
        "the rest of VM " + vm,
        domain -> {
          if (domain.getInfo().state != DomainState.VIR_DOMAIN_RUNNING) {
            throw new RefusedException(
                Reason.WRONG_STATE, "VM %s does not run; start or resume it first".formatted(vm));
          }
          mark(domain, Resting.by(operation, how));
          Deeper deeper = new Deeper(vm, domain);
          try {
            inTime(vm, begun, within);
            deeper.to(how);
            inTime(vm, begun, within);
          } catch (RefusedException | LibvirtException e) {
            deeper.back(e);
            throw e;
          }
        });
  }

  /** A machine on its way to rest. */
  private final class Deeper {
    private final String vm;
    private final Domain domain;
    private @Nullable Rest reached;

    Deeper(String vm, Domain domain) {
      this.vm = vm;
      this.domain = domain;
    }

    void to(Rest how) throws LibvirtException {
      if (how != Rest.PAUSED) {
        freeze(vm);
        reached = Rest.FROZEN;
      }
      if (how != Rest.FROZEN) {
        domain.suspend();
        reached = how;
      }
    }

    /** Has it go on, unless it may come to rest yet; what others have frozen stays so. */
    void back(Exception why) {
      if (why instanceof RefusedException refused && refused.reason() == Reason.MAY_YET_HAPPEN) {
        return;
      }
      try {
        if (reached == null) {
          mark(domain, null);
        } else {
          woken(domain, reached);
        }
      } catch (RefusedException | LibvirtException e) {
        throw new RefusedException(
            Reason.MAY_YET_HAPPEN,
            "VM %s may rest yet: %s; %s".formatted(vm, why.getMessage(), e.getMessage()));
      }
    }
  }

  /** Who asked has given it up, and nobody would wake the machine. */
  private static void inTime(String vm, long begun, Duration within) {
    if (System.nanoTime() - begun > within.toNanos()) {
      throw new RefusedException(
          Reason.BUSY, "libvirt took too long to bring VM %s to rest; try again".formatted(vm));
    }
  }

  /**
   * Has the guest's agent freeze the file systems. A guest whose agent was asked and did not answer
   * may freeze yet, and is told not to.
   */
  private void freeze(String vm) {
    guests.patient(vm);
    String what = "the freezing of the file systems of VM " + vm;
    try {
      int many =
          guests.call(
              vm,
              what,
              domain -> GuestConnection.Own.CALLS.virDomainFSFreeze(domain, Pointer.NULL, 0, 0));
      if (many == 0) {
        throw new RefusedException(
            Reason.HYPERVISOR_REFUSED, "the agent in VM %s has nothing to freeze".formatted(vm));
      }
    } catch (RefusedException e) {
      if (!Resting.isAnswer(String.valueOf(e.getMessage()))) {
        unfreeze(vm, e);
      }
      throw e;
    }
  }

  private void unfreeze(String vm, RefusedException why) {
    try {
      thaw(vm);
    } catch (RefusedException e) {
      throw new RefusedException(
          Reason.MAY_YET_HAPPEN,
          "%s, and it may freeze yet: %s".formatted(why.getMessage(), e.getMessage()));
    }
  }

  /** How many file systems were frozen until now. */
  private int thaw(String vm) {
    return guests.call(
        vm,
        "the thawing of the file systems of VM " + vm,
        domain -> GuestConnection.Own.CALLS.virDomainFSThaw(domain, Pointer.NULL, 0, 0));
  }

  private static void mark(Domain domain, @Nullable String mark) throws LibvirtException {
    domain.setMetadata(METADATA_ELEMENT, mark, Resting.PREFIX, Resting.NAMESPACE, LIVE);
  }

  Woken wake(OperationId operation) {
    Woken[] woken = {Woken.GONE};
    onActive(
        domain -> {
          Optional<Rest> rest =
              Resting.of(domain.getXMLDesc(0))
                  .filter(it -> it.operation().equals(operation.value()))
                  .map(Resting::how);
          if (rest.isPresent()) {
            woken[0] = woken(domain, rest.get()) ? Woken.RESTED : Woken.DISTURBED;
          }
        });
    return woken[0];
  }

  List<String> wakeAll() {
    List<String> names = new ArrayList<>();
    onActive(
        domain -> {
          Optional<Resting> rest = Resting.of(domain.getXMLDesc(0));
          if (rest.isPresent()) {
            woken(domain, rest.get().how());
            names.add(domain.getName());
          }
        });
    return names;
  }

  private void onActive(GuestConnection.Deed deed) {
    try {
      for (int id : guests.listDomains()) {
        on(id, deed);
      }
    } catch (LibvirtException e) {
      throw guests.failed("the waking of a VM", e.getError());
    }
  }

  /** One that is shut off meanwhile is passed over. */
  private void on(int id, GuestConnection.Deed deed) throws LibvirtException {
    try {
      Domain domain = guests.domainLookupByID(id);
      try {
        deed.on(domain);
      } finally {
        domain.free();
      }
    } catch (LibvirtException e) {
      if (e.getError().getCode() != ErrorNumber.VIR_ERR_NO_DOMAIN) {
        throw e;
      }
    }
  }

  /** Wakes a machine; whether it had rested until now. */
  private boolean woken(Domain domain, Rest how) throws LibvirtException {
    boolean rested = true;
    if (how != Rest.FROZEN) {
      rested = domain.getInfo().state == DomainState.VIR_DOMAIN_PAUSED;
      if (rested) {
        domain.resume();
      }
    }
    if (how != Rest.PAUSED) {
      rested &= thawed(domain.getName());
    }
    mark(domain, null);
    return rested;
  }

  /** An agent that answers that it can't has nothing frozen any more. */
  private boolean thawed(String vm) {
    try {
      return thaw(vm) > 0;
    } catch (RefusedException e) {
      if (!Resting.isAnswer(String.valueOf(e.getMessage()))) {
        throw e;
      }
      LOG.warn("{}", e.getMessage());
      return false;
    }
  }
}
