package io.ballast.host.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.host.trade.DomainNeeds;
import io.ballast.host.trade.Passage;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.Reason;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/**
 * The disks of a domain that does not run, which are copied before it goes.
 *
 * @param order the migration
 * @param what that is, for people
 * @param xml how the domain is described now
 */
record RestingDisks(Migrate order, String what, Domain domain, String xml) {
  /**
   * Copies what is to be copied. Fails as {@code WRONG_STATE} where the domain runs, or is changed
   * meanwhile.
   *
   * @param copying opens a connection to the target
   * @param check throws if it is to end
   * @param seen told once a second
   * @return what was sent
   */
  Bytes takeAlong(
      LibvirtConnection here,
      Supplier<LibvirtConnection> copying,
      Runnable check,
      Consumer<Passage> seen)
      throws LibvirtException {
    checkItRests();
    List<String> places = order.copied().orElse(List.of());
    List<String> files = DomainNeeds.files(xml, places);
    if (files.size() != places.size()) {
      throw changed();
    }
    if (files.isEmpty()) {
      return Bytes.ZERO;
    }
    Bytes sent;
    LibvirtConnection there = copying.get();
    try {
      check.run(); // it may have taken long to connect
      sent =
          new DiskCopy(
                  here,
                  there,
                  order.bandwidth(),
                  check,
                  now -> seen.accept(new Passage(now, Duration.ZERO, Duration.ZERO, 0, false)))
              .copy(files);
    } finally {
      there.end();
    }
    checkItRests();
    if (!domain.getXMLDesc(0).equals(xml)) {
      throw changed();
    }
    return sent;
  }

  private void checkItRests() throws LibvirtException {
    if (domain.isActive() != 0) {
      throw new RefusedException(
          Reason.WRONG_STATE, what + " was not begun: it is active by now; shut it down first");
    }
    if (domain.hasManagedSaveImage() != 0) {
      throw new RefusedException(
          Reason.WRONG_STATE,
          what
              + " was not begun: its memory is saved on this host, and does not go along; start it,"
              + " or drop that with 'virsh managedsave-remove'");
    }
  }

  private RefusedException changed() {
    return new RefusedException(
        Reason.WRONG_STATE,
        what + " was not begun: its description was changed meanwhile; try again");
  }
}
