package io.ballast.bus;

import io.ballast.messages.Command;
import io.ballast.messages.Notice;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import java.util.function.Consumer;

/**
 * Carries commands to those who serve them and notices to those who listen, by four verbs: {@code
 * call}, {@code cast}, {@code fanout} and {@code serve}.
 *
 * <p>Every future completes: with what was asked for, or with a {@link RefusedException} whose
 * reason is typed. Handlers run on the Vert.x context that registered them and must not block.
 */
public interface Bus {
  /**
   * Sends a command to one receiver and waits for its reply.
   *
   * <p>Fails with {@code NO_RECEIVER} at once when nobody serves the address, {@code
   * DEADLINE_PASSED} when no answer came in time, {@code BUS_LOST} when the connection broke before
   * the answer (it may or may not have been carried out), or with the receiver's own refusal.
   */
  <R extends Reply> Future<R> call(Request<R> request);

  /**
   * Sends a command to one receiver without a reply; completes once the bus has taken it over, so
   * that it is not lost.
   *
   * <p>Fails with {@code NO_RECEIVER}, {@code BUS_LOST} or {@code DEADLINE_PASSED}. What the
   * receiver makes of it shows in its events. For a receiver that is away for a moment a cast is
   * kept as long as its time lasts, and for a day at most; then it goes to the dead letters.
   *
   * <p>A receiver that refuses it for a reason that may pass, such as {@code BUSY}, is given it
   * again: after 0.5 s, then after pauses that double up to 10 s, until its time is over. At most
   * 32 casts for an address wait so at a time. What is refused for good, is late, can't be read, or
   * finds as many waiting, goes to the dead letters with the reason. So does a cast that was
   * delivered three times and whose receiver died each time.
   */
  Future<Void> cast(Request<?> request);

  /** Sends a command to every receiver of a role that there is now; completes once it is sent. */
  Future<Void> fanout(Role role, Command<?> command);

  /**
   * Tells a notice to everyone who listens. Beats are soft: a beat that can't be sent now is
   * dropped. Events are confirmed by the bus.
   */
  Future<Void> fanout(Notice notice);

  /**
   * Receives the commands for an address, and those fanned out to its role; completes once they can
   * arrive. Who serves a role at a host also takes part in those for any receiver of the role, each
   * of which goes to one of them.
   */
  Future<Serving> serve(Address address, Receiver receiver);

  /** Receives the notices of a type, such as {@code HostBeat} or {@code Event}. */
  <N extends Notice> Future<Serving> serve(Class<N> type, Consumer<N> listener);

  /**
   * Tells how the bus is: at once, and whenever that changes. On any thread; the listener must not
   * block.
   */
  void onState(Consumer<BusState> listener);

  /** The messages that nobody could read, serve or finish. */
  DeadLetters deadLetters();

  /**
   * Stops serving as {@link Serving#stop} does, fails what this member asked with {@code BUS_LOST},
   * and lets go of the carrier.
   */
  Future<Void> close();

  /** Answers commands. */
  interface Receiver {
    /**
     * Answers one command: with a reply, or by failing with a {@link RefusedException}. Any other
     * failure is told to the sender as {@code INTERNAL}, without details. A cast that was refused
     * for a reason that may pass comes again, in the same envelope.
     */
    Future<? extends Reply> receive(Envelope envelope, Command<?> command);
  }

  /** A registration that can be given back. */
  interface Serving {
    /**
     * Stops receiving. Commands that were begun are still answered, casts that were not are left to
     * the next receiver. Completes once that is done, or after 4 s.
     */
    Future<Void> stop();
  }
}
