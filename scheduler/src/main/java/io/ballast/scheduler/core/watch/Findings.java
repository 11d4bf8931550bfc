package io.ballast.scheduler.core.watch;

import io.ballast.scheduler.core.watch.Alerts.Finding;
import io.ballast.scheduler.core.watch.Alerts.Subject;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What one look found wrong, and why what was wrong at the last one no longer is. */
final class Findings {
  private final SortedMap<Subject, Finding> wrong = new TreeMap<>();
  private final SortedMap<Subject, String> over = new TreeMap<>();

  /** Takes note of what is wrong, or still is. */
  void wrong(Subject subject, Finding finding) {
    wrong.put(subject, finding);
  }

  /** Takes note of why a subject is no longer wrong, a sentence for a person. */
  void over(Subject subject, String why) {
    over.put(subject, why);
  }

  Map<Subject, Finding> wrong() {
    return Collections.unmodifiableMap(wrong);
  }

  Map<Subject, String> over() {
    return Collections.unmodifiableMap(over);
  }
}
