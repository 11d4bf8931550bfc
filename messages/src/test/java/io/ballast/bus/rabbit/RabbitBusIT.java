package io.ballast.bus.rabbit;

import io.ballast.bus.BusContract;
import io.ballast.bus.Carrier;
import org.junit.jupiter.api.AfterEach;

/** The contract on a real broker. */
final class RabbitBusIT implements BusContract {
  private final RabbitCarrier carrier = new RabbitCarrier();

  @Override
  public Carrier carrier() {
    return carrier;
  }

  @AfterEach
  void close() {
    carrier.close();
  }
}
