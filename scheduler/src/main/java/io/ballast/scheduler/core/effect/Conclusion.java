package io.ballast.scheduler.core.effect;

/** What came of a {@link Thought}: what it is made of is for who wanted it to know. */
public interface Conclusion {
  /** What was thought over. */
  Thought of();

  /** It broke off by a defect, of which somebody else keeps the details. */
  record Failed(Thought of) implements Conclusion {}
}
