package io.ballast.scheduler.core.view;

import io.ballast.messages.Beat;
import io.ballast.messages.Pulse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The newest beat under one name, when it came, and the earlier lives that beat under that name.
 *
 * <p>A life is new if it was never heard: its number says nothing, for it was read from a clock,
 * and clocks step. An earlier life that goes on beating is no late message but a second agent that
 * uses the name.
 *
 * @param at by the scheduler's clock
 * @param earlier the lives before, the latest last, the last {@value #REMEMBERED}
 */
public record Heard<B extends Beat>(B beat, Instant at, List<Earlier<B>> earlier) {
  private static final int REMEMBERED = 8;

  /** After so many of its intervals a life that was not heard is over, for it or another. */
  private static final int OVER = 3;

  /** A life that was never heard is new if it has beaten no more often. */
  private static final int FIRST = 3;

  /** One beat of an earlier life may have been overtaken by the first of the next. */
  private static final int MEANT = 2;

  public Heard {
    earlier = List.copyOf(earlier);
  }

  /** The first beat under its name. */
  Heard(B beat, Instant at) {
    this(beat, at, List.of());
  }

  /**
   * A life that another one followed.
   *
   * @param last its newest beat
   * @param beats how many came after the first of the life that followed
   */
  public record Earlier<B extends Beat>(B last, Instant at, int beats) {
    private long incarnation() {
      return last.pulse().incarnation();
    }

    private boolean beatsOn(Instant now) {
      return beats >= MEANT && !isOver(last, at, now);
    }
  }

  /** Whether {@code later} shows that its agent lives: it is no repeated or overtaken beat. */
  boolean isLiveliedBy(B later) {
    Pulse told = later.pulse();
    Optional<B> known = isSameLife(later) ? Optional.of(beat) : life(told).map(Earlier::last);
    return known.map(last -> told.sequence() > last.pulse().sequence()).orElse(true);
  }

  /** Whether {@code later}, come at {@code now}, replaces this. */
  boolean yieldsTo(B later, Instant now) {
    return isLiveliedBy(later)
        && (isSameLife(later) || isNewLife(later.pulse()) || isOver(beat, at, now));
  }

  /**
   * Whether a pulse begins a life. One that was never heard, seems to be earlier and has beaten for
   * a while may have been overtaken by the first beat of the life that followed.
   */
  private boolean isNewLife(Pulse told) {
    boolean overtaken = told.incarnation() < beat.pulse().incarnation() && told.sequence() > FIRST;
    return life(told).isEmpty() && !overtaken;
  }

  private boolean isSameLife(B later) {
    return later.pulse().incarnation() == beat.pulse().incarnation();
  }

  /** This after a beat that came at {@code now}, whichever life it is of. */
  Heard<B> after(B later, Instant now) {
    if (!isLiveliedBy(later)) {
      return this;
    }
    if (isSameLife(later)) {
      return new Heard<>(later, now, earlier);
    }
    List<Earlier<B>> lives = new ArrayList<>(earlier);
    lives.removeIf(life -> life.incarnation() == later.pulse().incarnation());
    boolean replaced = yieldsTo(later, now);
    int beats = life(later.pulse()).map(Earlier::beats).orElse(0);
    lives.add(replaced ? new Earlier<>(beat, at, 0) : new Earlier<>(later, now, beats + 1));
    return new Heard<>(
        replaced ? later : beat,
        replaced ? now : at,
        lives.subList(Math.max(0, lives.size() - REMEMBERED), lives.size()));
  }

  /** The second agent that beats under the same name, if there is one. */
  public Optional<Earlier<B>> rival(Instant now) {
    return earlier.reversed().stream().filter(life -> life.beatsOn(now)).findFirst();
  }

  /** How long ago it came. */
  public Duration age(Instant now) {
    return Duration.between(at, now);
  }

  /** The earlier life of a pulse; empty for the life that is believed, and for a new one. */
  private Optional<Earlier<B>> life(Pulse pulse) {
    return earlier.stream().filter(life -> life.incarnation() == pulse.incarnation()).findFirst();
  }

  private static boolean isOver(Beat last, Instant at, Instant now) {
    Duration limit = last.pulse().interval().multipliedBy(OVER);
    return Duration.between(at, now).compareTo(limit) > 0;
  }
}
