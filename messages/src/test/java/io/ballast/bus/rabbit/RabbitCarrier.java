package io.ballast.bus.rabbit;

import io.ballast.bus.Await;
import io.ballast.bus.Carrier;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;

/** Members on the real broker of this JVM, and a stranger beside them. */
final class RabbitCarrier implements Carrier {
  private final Broker broker = Broker.shared();
  private final Vertx vertx = Vertx.vertx();
  private final List<RabbitBus> members = new ArrayList<>();
  private final Stranger stranger;
  private final List<Dead> dead = new ArrayList<>();

  RabbitCarrier() {
    Await.result(join("first").connected());
    stranger = new Stranger(broker);
    stranger.takeDeadLetters();
  }

  @Override
  public RabbitBus join(String name) {
    RabbitBus bus = join(name, vertx);
    members.add(bus);
    return bus;
  }

  @Override
  public RabbitBus join(String name, Vertx on) {
    return RabbitBus.connect(on, broker.options(name));
  }

  @Override
  public Future<Reply> post(Letter letter) {
    return stranger.ask(Topology.CALLS, letter);
  }

  @Override
  public void cast(Letter letter) {
    stranger.publish(Topology.CASTS, letter);
  }

  @Override
  public List<Dead> deadLetters() {
    stranger.takeDeadLetters().forEach(letter -> dead.add(Stranger.dead(letter)));
    return List.copyOf(dead);
  }

  Stranger stranger() {
    return stranger;
  }

  Broker broker() {
    return broker;
  }

  @Override
  public void close() {
    stranger.close();
    members.forEach(member -> Await.result(member.close()));
    Await.result(vertx.close());
  }
}
