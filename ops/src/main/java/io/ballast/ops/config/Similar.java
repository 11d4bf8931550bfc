package io.ballast.ops.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Words that somebody may have meant who wrote another. */
public final class Similar {
  private static final int MOST = 3;

  private Similar() {}

  /** The words that differ little from {@code word}, the nearest first, at most three. */
  public static List<String> to(String word, Collection<String> words) {
    String meant = word.toLowerCase(Locale.ROOT);
    int most = Math.max(1, word.length() / 3);
    return words.stream()
        .distinct()
        .filter(known -> distance(meant, known.toLowerCase(Locale.ROOT)) <= most)
        .sorted(
            Comparator.comparingInt(
                    (String known) -> distance(meant, known.toLowerCase(Locale.ROOT)))
                .thenComparing(Comparator.naturalOrder()))
        .limit(MOST)
        .toList();
  }

  /** "; did you mean ...?", or nothing when no word comes near. */
  public static String hint(String word, Collection<String> words) {
    List<String> similar = to(word, words);
    return similar.isEmpty()
        ? ""
        : similar.stream()
            .map(known -> "'" + known + "'")
            .collect(Collectors.joining(" or ", "; did you mean ", "?"));
  }

  /** Damerau's distance: letters inserted, left out, replaced, or swapped with their neighbour. */
  static int distance(String one, String other) {
    int[][] cost = new int[one.length() + 1][other.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= other.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int replaced = one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1;
        cost[i][j] =
            Math.min(cost[i - 1][j - 1] + replaced, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        if (i > 1
            && j > 1
            && one.charAt(i - 1) == other.charAt(j - 2)
            && one.charAt(i - 2) == other.charAt(j - 1)) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[one.length()][other.length()];
  }
}
