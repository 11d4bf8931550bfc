package io.ballast.ops.snapshot;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a person says of a host or a virtual machine. Nothing goes by it yet; it is kept for rules
 * to come.
 *
 * @param labels such as {@code disk: ssd}, sorted
 * @param groups the names of those to which it belongs
 */
public record Marks(SortedMap<String, String> labels, List<String> groups) {
  /** Nothing is said. */
  public static final Marks NONE = new Marks(Collections.emptySortedMap(), List.of());

  public Marks {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    groups = List.copyOf(groups);
  }
}
