package io.ballast.net.ovs;

import io.ballast.messages.NetBeat.Bond;
import io.vertx.core.Future;
import java.util.List;

/**
 * An Open vSwitch of a host, told what to do in steps. It decides nothing.
 *
 * <p>No method blocks. Every future completes within a deadline: with what was asked for, or with a
 * {@link io.ballast.bus.RefusedException} of the reason {@code TRADE_REFUSED}.
 */
public interface Vswitch extends AutoCloseable {
  /** Whether it is installed on this host and its database can be reached at all. */
  boolean isThere();

  /** Tells this one whenever a link of a bridge came, went, or got another number. */
  void onChange(Runnable listener);

  /** All that its database tells, without a question to the switch itself. */
  Future<Present> configured();

  /** The same, with the flows of ours and the meters of every bridge. */
  Future<Present> look();

  /** Whether the kernel has the queues by which it limits what is sent to a port. */
  Future<Boolean> queueing();

  /** The bonds among its ports, sorted by name, as its database tells them. */
  Future<List<Bond>> bonds();

  /** Carries out some changes of its database: all of them or none. */
  Future<Void> configure(List<Step.Configure> steps);

  /** Changes a meter. */
  Future<Void> meter(Step.Meter step);

  /** Changes flows of one bridge: all of them or none. */
  Future<Void> program(List<Step.Program> steps);

  /**
   * Sends a frame into a bridge, which switches it as if it had come in there.
   *
   * @param from the number of the port; {@code CONTROLLER} where it comes from none
   * @param frame its bytes in hexadecimal digits
   */
  Future<Void> send(String bridge, String from, String frame);

  @Override
  void close();
}
