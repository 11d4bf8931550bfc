package io.ballast.net.trade;

import io.ballast.messages.LibvirtNetwork;
import io.ballast.messages.NetworkForm;
import io.vertx.core.Future;
import java.util.List;

/**
 * The networks of this host's libvirt.
 *
 * <p>No method blocks. Every future completes on any thread within a deadline of the
 * implementation's: with what was asked for, or with a {@link io.ballast.bus.RefusedException} of
 * the reason {@code TRADE_REFUSED}. Each change can be carried out again.
 */
public interface Networks {
  /** All of them, sorted by name. */
  Future<List<LibvirtNetwork>> list();

  /**
   * Makes one that bears our mark, has it started with the host, and starts it.
   *
   * @param openVswitch whether the bridge that a bridged one names is of Open vSwitch
   */
  Future<Void> define(String name, NetworkForm form, boolean openVswitch);

  /** Starts one that there is, now and with the host. */
  Future<Void> start(String name);

  /** Stops one that is active; it is not started with the host any more. */
  Future<Void> stop(String name);

  /** Has libvirt forget one that is not active. */
  Future<Void> forget(String name);
}
