package io.ballast.ops.crash;

import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reply;
import io.ballast.messages.VmId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** One command to one host, whose agent stands still at a point of it. */
record Deed(Kind kind, Point point) {
  static final HostId TARGET = new HostId("target");

  enum Kind {
    START,
    DEFINE,
    MIGRATE
  }

  static Stream<Deed> all() {
    return Stream.of(Kind.values())
        .flatMap(kind -> Stream.of(Point.values()).map(point -> new Deed(kind, point)));
  }

  HostId host() {
    return new HostId((kind + "-" + point).toLowerCase(Locale.ROOT).replace('_', '-'));
  }

  OperationId operation() {
    return new OperationId("op-" + host());
  }

  VmId vm() {
    return new VmId(UUID.nameUUIDFromBytes(host().value().getBytes(StandardCharsets.UTF_8)));
  }

  String xml() {
    return "<domain><name>%s</name><uuid>%s</uuid></domain>".formatted(host(), vm());
  }

  HostCommand<Reply.Accepted> command() {
    return switch (kind) {
      case START -> new HostCommand.Start(vm());
      case DEFINE -> new HostCommand.Define(xml());
      case MIGRATE ->
          new HostCommand.Migrate(
              vm(),
              TARGET,
              Optional.empty(),
              Optional.empty(),
              Duration.ofMillis(300),
              Duration.ofMinutes(1),
              Optional.empty());
    };
  }
}
