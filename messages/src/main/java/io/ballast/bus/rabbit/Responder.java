package io.ballast.bus.rabbit;

import io.ballast.bus.json.Complaint;
import io.ballast.bus.json.Parcel;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import io.vertx.rabbitmq.RabbitMQMessage;

/**
 * Answers for receivers that do not exist: a command that no queue takes comes here, and its sender
 * is told {@code NO_RECEIVER}, whatever language it is written in. What nobody waits for an answer
 * to goes to the dead letters.
 *
 * <p>Every member answers, so that it works as long as there is any.
 */
record Responder(Answers answers) implements Link.Fixture {
  @Override
  public Future<Void> install(Session session) {
    return session
        .consume(Topology.UNROUTABLE, Wire.acknowledged(), message -> take(session, message))
        .mapEmpty();
  }

  private void take(Session session, RabbitMQMessage message) {
    Reply.Refused refused =
        new Reply.Refused(
            Reason.NO_RECEIVER,
            "nobody serves '"
                + Complaint.tidy(message.envelope().getRoutingKey())
                + "' on the bus");
    Parcel parcel = Wire.parcel(message);
    Future<Void> told =
        parcel.replyTo().isPresent() && !parcel.isReply()
            ? answers.give(session, parcel, refused)
            : new Burial(answers.name(), message.envelope().getRoutingKey())
                .bury(session, message, refused);
    told.onSuccess(done -> session.acknowledge(message));
  }
}
