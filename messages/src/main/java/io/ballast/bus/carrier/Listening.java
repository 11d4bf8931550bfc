package io.ballast.bus.carrier;

import io.ballast.bus.RefusedException;
import io.ballast.bus.json.Kinds;
import io.ballast.bus.json.Parcel;
import io.ballast.messages.Message;
import io.ballast.messages.Notice;
import io.vertx.core.Context;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where notices of a type come in: opens each and tells it on the listener's own context. */
public record Listening<N extends Notice>(Class<N> type, Consumer<N> listener, Context context) {
  private static final Logger LOG = LoggerFactory.getLogger(Listening.class);

  /** The kinds that are listened to. */
  public List<String> kinds() {
    return Kinds.of(type);
  }

  /** Tells a notice. Fails with a {@link RefusedException} if it can't be read. */
  public void take(Parcel parcel) {
    Message message = parcel.open();
    if (type.isInstance(message)) {
      context.runOnContext(now -> tell(type.cast(message)));
    }
  }

  private void tell(N notice) {
    try {
      listener.accept(notice);
    } catch (RuntimeException e) {
      LOG.error("a listener failed at {}", Kinds.of(notice), e);
    }
  }
}
