package io.ballast.storage.trade;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FetchPolicyTest {
  private static final FetchPolicy POLICY = new FetchPolicy(List.of("https://images.example/a/"));

  @ParameterizedTest
  @ValueSource(strings = {"https://images.example/a/x", "https://images.example/a/b/x.qcow2?v=1"})
  void whatBeginsAsTheHostSaysIsFetched(String source) {
    assertDoesNotThrow(() -> POLICY.check(source));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://images.example/b/x",
        "https://images.example/a",
        "http://images.example/a/x",
        "https://images.example:8443/a/x",
        "https://images.example.evil/a/x",
        "https://images.example/a/../b/x",
        "https://images.example/a/%2e%2e/b/x",
        "https://images.example/a/%2E./b/x"
      })
  void allElseIsRefused(String source) {
    RefusedException refused = assertThrows(RefusedException.class, () -> POLICY.check(source));

    assertEquals(Reason.NOT_ALLOWED, refused.reason());
    assertTrue(String.valueOf(refused.getMessage()).contains("agent.images.from"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "https://", "https:///", "https://images.example", "ftp://x/"})
  void whatIsNoBeginningOfAnAddressAllowsNothing(String start) {
    assertThrows(IllegalArgumentException.class, () -> new FetchPolicy(List.of(start)));
  }
}
