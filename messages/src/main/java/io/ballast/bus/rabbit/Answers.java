package io.ballast.bus.rabbit;

import io.ballast.bus.RefusedException;
import io.ballast.bus.json.Parcel;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives answers to those who wait for them. One that nobody takes ends there, and a message that is
 * a reply itself is never answered, so that nothing goes round in circles.
 *
 * @param name as whom it answers
 */
record Answers(String name) {
  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

  /** Completes once the broker has spoken; fails only if the session is lost before. */
  Future<Void> give(Session session, Parcel question, Reply reply) {
    if (question.replyTo().isEmpty() || question.isReply()) {
      return Future.succeededFuture();
    }
    return session
        .publish(
            Wire.fleeting(
                "",
                question.replyTo().get(),
                parcel(reply).correlated(question.correlation().or(question::id)),
                Optional.empty()))
        .recover(
            failure -> {
              if (session.over()) {
                return Future.failedFuture(failure);
              }
              LOG.debug("nobody takes a reply at {}: {}", question.replyTo(), failure.getMessage());
              return Future.succeededFuture();
            });
  }

  private Parcel parcel(Reply reply) {
    try {
      return Parcel.of(name, UUID.randomUUID().toString(), reply);
    } catch (RefusedException tooLarge) {
      return Parcel.of(name, UUID.randomUUID().toString(), tooLarge.reply());
    }
  }
}
