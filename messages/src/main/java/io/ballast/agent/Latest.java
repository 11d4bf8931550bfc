package io.ballast.agent;

import java.time.Instant;
import java.util.Optional;

/**
 * What was last seen of something, and why it was not seen since: what is old is never told as if
 * it were fresh.
 *
 * @param value empty until it was first seen
 * @param at when it was, by the host's clock; empty with the value
 * @param problem for a person: why the last look failed; empty if it did not
 */
public record Latest<T>(Optional<T> value, Optional<Instant> at, Optional<String> problem) {
  private static final int LONGEST_PROBLEM = 300;

  /** Nothing was looked at yet. */
  public static <T> Latest<T> nothing() {
    return new Latest<>(Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** This after a look that saw something. */
  public Latest<T> seen(T now, Instant when) {
    return new Latest<>(Optional.of(now), Optional.of(when), Optional.empty());
  }

  /** This after a look that failed; what was seen before stays. */
  public Latest<T> missed(Throwable why) {
    return new Latest<>(value, at, Optional.of(words(why)));
  }

  /** A failure in words for a person, 300 characters at most. */
  public static String words(Throwable why) {
    String words = why.getMessage() == null ? why.toString() : why.getMessage();
    return words.substring(0, Math.min(words.length(), LONGEST_PROBLEM)).strip();
  }

  /** Whether this tells of a failure where {@code before} told of none. */
  public boolean failsAfter(Latest<T> before) {
    return problem.isPresent() && before.problem.isEmpty();
  }

  /** Whether this tells of no failure where {@code before} told of one. */
  public boolean recoversAfter(Latest<T> before) {
    return problem.isEmpty() && before.problem.isPresent();
  }
}
