package io.ballast.scheduler.core.search;

import java.util.Locale;

/** What a made-up fleet shows. */
enum Scenario {
  /** VMs were thrown on the hosts with uneven luck. */
  RANDOM,

  /** Even, until the VMs of one rack began to want far more CPU. */
  HOTRACK,

  /** Even on four fifths of the hosts; the others are new and empty. */
  NEWHOSTS,

  /** Even, and one host is to be emptied. */
  DRAIN;

  /** The scenario of a name. */
  static Scenario of(String title) {
    return valueOf(title.toUpperCase(Locale.ROOT));
  }

  /** Its name as people write it. */
  String title() {
    return name().toLowerCase(Locale.ROOT);
  }
}
