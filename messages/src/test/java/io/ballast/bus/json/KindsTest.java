package io.ballast.bus.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.Samples;
import io.ballast.messages.Beat;
import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.HostBeat;
import io.ballast.messages.Message;
import io.ballast.messages.Notice;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class KindsTest {
  @Test
  void everyRecordThatTravelsHasExactlyOneName() {
    List<Class<?>> named = List.copyOf(Kinds.all().values());

    assertEquals(new HashSet<>(named).size(), named.size(), "two names for one record");
    assertEquals(records(Message.class), Set.copyOf(named));
  }

  @Test
  void everyNameLeadsToItsRecordAndBack() {
    for (Message message : Samples.all()) {
      assertEquals(message.getClass(), Kinds.type(Kinds.of(message)).orElseThrow());
    }
  }

  @Test
  void everyCommandIsAnsweredWithTheReplyOfItsType() {
    commands()
        .forEach(
            command -> assertEquals(declaredReply(command.getClass()), Kinds.replyTo(command)));
  }

  @Test
  void theNameOfACommandBeginsWithTheRoleThatItAsks() {
    commands()
        .forEach(
            command -> assertTrue(Kinds.of(command).startsWith(Kinds.role(command).word() + ".")));
  }

  @Test
  void aTypeOfNoticesHasTheKindsOfItsRecords() {
    assertEquals(List.of("beat.host"), Kinds.of(HostBeat.class));
    assertEquals(List.of("beat.host", "beat.storage", "beat.net"), Kinds.of(Beat.class));
    assertEquals(8, Kinds.of(Event.class).size());
    assertEquals(11, Kinds.of(Notice.class).size());
  }

  private static Stream<Command<?>> commands() {
    return Samples.all().stream()
        .filter(Command.class::isInstance)
        .map(message -> (Command<?>) message);
  }

  private static Set<Class<?>> records(Class<?> type) {
    if (type.isRecord()) {
      return Set.of(type);
    }
    Set<Class<?>> records = new HashSet<>();
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      records.addAll(records(permitted));
    }
    return records;
  }

  private static Type declaredReply(Class<?> command) {
    Type above = Arrays.stream(command.getGenericInterfaces()).findFirst().orElseThrow();
    return above instanceof ParameterizedType type
        ? type.getActualTypeArguments()[0]
        : declaredReply((Class<?>) above);
  }
}
