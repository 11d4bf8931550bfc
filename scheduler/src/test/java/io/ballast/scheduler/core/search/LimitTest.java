package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A limit that has passed. */
final class LimitTest {
  @Test
  void onceItHasPassedItStaysSo() {
    Iterator<Boolean> answers = List.of(false, true, false).iterator();
    Limit limit = new Limit(answers::next);

    assertFalse(limit.getAsBoolean());
    assertFalse(limit.hasPassed());
    assertTrue(limit.getAsBoolean());
    assertTrue(limit.getAsBoolean());
    assertTrue(limit.hasPassed());
  }
}
