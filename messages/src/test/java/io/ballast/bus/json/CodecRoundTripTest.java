package io.ballast.bus.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Message;
import io.ballast.messages.Reason;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever a record can hold comes back from its JSON as it was, and broken JSON never gets in. */
final class CodecRoundTripTest {
  @Provide
  Arbitrary<Message> messages() {
    List<Class<? extends Message>> types = List.copyOf(Kinds.all().values());
    return Arbitraries.randomValue(
        random -> AnyRecord.of(types.get(random.nextInt(types.size())), random));
  }

  @Property(tries = 2_000)
  void aMessageComesBackAsItWas(@ForAll("messages") Message message) {
    assertEquals(message, Codec.decode(Kinds.of(message), Codec.encode(message)));
  }

  @Property(tries = 2_000)
  void aBrokenBodyIsReadOrRefusedAndNothingElse(
      @ForAll("messages") Message message, @ForAll Random random) {
    byte[] body = broken(Codec.encode(message), random);
    try {
      Codec.decode(Kinds.of(message), body);
    } catch (RefusedException refused) {
      String words = String.valueOf(refused.getMessage());
      assertEquals(Reason.MALFORMED, refused.reason());
      assertTrue(words.startsWith(Kinds.of(message) + ": "), words);
      assertTrue(!words.contains("io.ballast") && !words.contains("java."), words);
    }
  }

  @Property(tries = 200)
  void aTruncatedBodyIsRefused(@ForAll("messages") Message message, @ForAll Random random) {
    byte[] body = Codec.encode(message);
    byte[] part = Arrays.copyOf(body, random.nextInt(body.length));

    assertThrows(RefusedException.class, () -> Codec.decode(Kinds.of(message), part));
  }

  private static byte[] broken(byte[] body, Random random) {
    byte[] broken = body.clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      broken[random.nextInt(broken.length)] =
          random.nextBoolean()
              ? (byte) random.nextInt(256)
              : (byte) "{}[]:,\"0-9e.ntf".charAt(random.nextInt(15));
    }
    return broken;
  }
}
