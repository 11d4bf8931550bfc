package io.ballast.bus.local;

import io.ballast.bus.Await;
import io.ballast.bus.Bus;
import io.ballast.bus.BusContract;
import io.ballast.bus.Carrier;
import io.ballast.bus.json.Parcel;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;

final class LocalBusTest implements BusContract {
  private final Carrier carrier = new LocalCarrier();

  @Override
  public Carrier carrier() {
    return carrier;
  }

  @AfterEach
  void close() {
    carrier.close();
  }

  private static final class LocalCarrier implements Carrier {
    private final Vertx vertx = Vertx.vertx();
    private final LocalHub hub = new LocalHub();

    @Override
    public Bus join(String name) {
      return join(name, vertx);
    }

    @Override
    public Bus join(String name, Vertx on) {
      return new LocalBus(on, hub, name);
    }

    @Override
    public Future<Reply> post(Letter letter) {
      return hub.post("calls", letter.address(), parcel(letter));
    }

    @Override
    public void cast(Letter letter) {
      hub.post("casts", letter.address(), parcel(letter));
    }

    private static Parcel parcel(Letter letter) {
      return new Parcel(
          Optional.ofNullable(letter.properties().get("type")),
          Optional.ofNullable(letter.properties().get("message-id")),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.ofNullable(letter.properties().get("expiration")),
          letter.headers(),
          Buffer.buffer(letter.body()));
    }

    @Override
    public List<Dead> deadLetters() {
      return hub.letters().stream()
          .map(
              letter ->
                  new Dead(
                      letter.kind(),
                      letter.body(),
                      letter.receiver(),
                      letter.reason(),
                      letter.message()))
          .toList();
    }

    @Override
    public void close() {
      Await.result(vertx.close());
    }
  }
}
