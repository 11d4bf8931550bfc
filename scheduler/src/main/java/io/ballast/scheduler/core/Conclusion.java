package io.ballast.scheduler.core;

import io.ballast.scheduler.core.Weighing.Weighed;
import java.util.List;

/** What came of a {@link Thought}. */
public sealed interface Conclusion {
  /** What was thought over. */
  Thought of();

  /** Each cluster was weighed. */
  record Reached(Thought of, List<Weighed> weighed) implements Conclusion {
    public Reached {
      weighed = List.copyOf(weighed);
    }
  }

  /** It broke off by a defect, of which somebody else keeps the details. */
  record Failed(Thought of) implements Conclusion {}
}
