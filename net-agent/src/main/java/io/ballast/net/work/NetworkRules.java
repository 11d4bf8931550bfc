package io.ballast.net.work;

import io.ballast.bus.RefusedException;
import io.ballast.messages.LibvirtNetwork;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetworkForm;
import io.ballast.messages.NetworkOrder;
import io.ballast.messages.Reason;
import io.ballast.net.trade.Networks;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/**
 * What must hold before an order on a network of libvirt is taken on, and how it is carried out.
 * Each check fails with a {@link RefusedException} that says what to do, and changes nothing.
 *
 * @param scene in which the bridges are that networks may lead to
 */
public record NetworkRules(Scene scene, List<LibvirtNetwork> there, Networks networks) {
  public NetworkRules {
    there = List.copyOf(there);
  }

  /** What a checked order does; its future tells what a person has to know, or an empty text. */
  public interface Deed {
    Future<String> run();
  }

  /** The order, checked. */
  public Deed checked(NetworkOrder order) {
    Optional<LibvirtNetwork> present =
        there.stream().filter(it -> it.name().equals(order.network())).findFirst();
    return switch (order) {
      case NetworkOrder.DefineNetwork define -> define(define, present);
      case NetworkOrder.StartNetwork start -> {
        required(order, present);
        yield () -> networks.start(start.network()).map("");
      }
      case NetworkOrder.StopNetwork stop -> {
        ours(required(order, present));
        unused(required(order, present));
        yield () -> networks.stop(stop.network()).map("");
      }
      case NetworkOrder.ForgetNetwork forget -> forget(forget, present);
    };
  }

  private Deed define(NetworkOrder.DefineNetwork order, Optional<LibvirtNetwork> present) {
    NetworkForm form = order.form();
    if (present.isPresent()) {
      LibvirtNetwork network = present.get();
      if (!network.ours() || !network.form().equals(form.toString())) {
        throw new RefusedException(
            Reason.NAME_TAKEN,
            "libvirt has a network %s already: %s; choose another name"
                .formatted(network.name(), network.form()));
      }
      return () -> networks.start(order.network()).map("");
    }
    boolean openVswitch =
        switch (form) {
          case NetworkForm.Bridged bridged -> isOpenVswitch(bridged.bridge());
          case NetworkForm.Nat nat -> false;
          case NetworkForm.Isolated isolated -> false;
        };
    return () -> networks.define(order.network(), form, openVswitch).map("");
  }

  private boolean isOpenVswitch(String bridge) {
    return scene
            .sure(bridge)
            .orElseThrow(
                () ->
                    new RefusedException(
                        Reason.UNKNOWN_BRIDGE, "this host has no bridge " + bridge))
            .kind()
        == Bridge.Kind.OPEN_VSWITCH;
  }

  private Deed forget(NetworkOrder.ForgetNetwork order, Optional<LibvirtNetwork> present) {
    if (present.isEmpty()) {
      return () -> Future.succeededFuture("there was none");
    }
    ours(present.get());
    if (present.get().active()) {
      throw new RefusedException(
          Reason.WRONG_STATE, "network %s is active; stop it first".formatted(order.network()));
    }
    return () -> networks.forget(order.network()).map("");
  }

  private static LibvirtNetwork required(NetworkOrder order, Optional<LibvirtNetwork> present) {
    return present.orElseThrow(
        () ->
            new RefusedException(
                Reason.UNKNOWN_BRIDGE,
                "libvirt has no network %s; see 'ballast net networks'"
                    .formatted(order.network())));
  }

  private static void ours(LibvirtNetwork network) {
    if (!network.ours()) {
      throw new RefusedException(
          Reason.NOT_ALLOWED,
          "network %s was not made by this agent; use virsh for it".formatted(network.name()));
    }
  }

  private static void unused(LibvirtNetwork network) {
    if (network.users() > 0) {
      throw new RefusedException(
          Reason.IN_USE,
          "network %s is used by %d cards of guests; take them off first"
              .formatted(network.name(), network.users()));
    }
  }
}
