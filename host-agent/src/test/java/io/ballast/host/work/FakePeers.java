package io.ballast.host.work;

import io.ballast.bus.RefusedException;
import io.ballast.messages.HostCommand.Prepare;
import io.ballast.messages.HostId;
import io.ballast.messages.Obstacle;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply.Considered;
import io.ballast.messages.Reply.Prepared;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Fake hosts: each promises whatever it is asked for, unless it is told to answer otherwise. */
public final class FakePeers implements Peers {
  private final Map<HostId, String> uris;

  /** What was asked for, and what was given back, in order. */
  final List<Prepare> asked = new ArrayList<>();

  /** What was only to be considered, in order. */
  final List<Prepare> considered = new ArrayList<>();

  final List<Optional<Long>> epochs = new ArrayList<>();
  final List<OperationId> released = new ArrayList<>();
  final List<Optional<Long>> releasedFor = new ArrayList<>();

  /** What all names stand for. */
  final Map<String, List<InetAddress>> names = new HashMap<>();

  /** What every question for a promise is refused with. */
  Optional<RefusedException> refusal = Optional.empty();

  /** What stands in the way of whoever would come. */
  List<Obstacle> obstacles = List.of();

  /** The port that they say is open. */
  Optional<Integer> probe = Optional.empty();

  /** Whether questions for a promise are never answered. */
  boolean silent;

  /** Hosts by the URIs at which they are reached. */
  public FakePeers(Map<HostId, String> uris) {
    this.uris = new HashMap<>(uris);
  }

  /** Lets a host be reached elsewhere. */
  void move(HostId host, String uri) {
    uris.put(host, uri);
  }

  @Override
  public Future<Considered> consider(HostId to, Prepare prepare, Duration within) {
    considered.add(prepare);
    return silent
        ? Promise.<Considered>promise().future()
        : uri(to).map(uri -> new Considered(new Prepared(uri, probe), obstacles));
  }

  @Override
  public Future<Prepared> prepare(
      HostId to, Prepare prepare, Optional<Long> epoch, Duration within) {
    asked.add(prepare);
    epochs.add(epoch);
    if (silent) {
      return Promise.<Prepared>promise().future();
    }
    return refusal
        .<Future<Prepared>>map(Future::failedFuture)
        .orElseGet(() -> uri(to).map(uri -> new Prepared(uri, probe)));
  }

  @Override
  public Future<String> address(HostId to, Duration within) {
    return uri(to);
  }

  private Future<String> uri(HostId to) {
    String uri = uris.get(to);
    return uri == null
        ? Future.failedFuture(new RefusedException(Reason.NO_RECEIVER, "nobody serves host." + to))
        : Future.succeededFuture(uri);
  }

  @Override
  public Future<Void> release(HostId to, OperationId operation, Optional<Long> epoch) {
    released.add(operation);
    releasedFor.add(epoch);
    return Future.succeededFuture();
  }

  @Override
  public Future<List<InetAddress>> resolve(String name) {
    List<InetAddress> found = names.get(name);
    return found == null
        ? Future.failedFuture(new RefusedException(Reason.NOT_ALLOWED, name + " is no name"))
        : Future.succeededFuture(found);
  }
}
