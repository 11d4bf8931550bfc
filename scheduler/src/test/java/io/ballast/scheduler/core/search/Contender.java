package io.ballast.scheduler.core.search;

import java.util.Locale;

/** Who takes part in the benchmark. */
enum Contender {
  /** What is measured. */
  BALLAST,

  /** Ganeti's balancer itself. */
  HBAL,

  /** The best single move, again and again: what one would write first. */
  GREEDY,

  /** After OpenStack Watcher. */
  WATCHER,

  /** After oVirt. */
  OVIRT,

  /** After Apache CloudStack. */
  CLOUDSTACK;

  /** The contender of a name. */
  static Contender of(String title) {
    return valueOf(title.toUpperCase(Locale.ROOT));
  }

  /** Its name as people write it. */
  String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  Planner planner() {
    return switch (this) {
      case BALLAST -> new BallastPlanner();
      case HBAL -> new HbalPlanner();
      case GREEDY -> new GreedyPlanner();
      case WATCHER -> new WatcherPlanner();
      case OVIRT -> new OvirtPlanner();
      case CLOUDSTACK -> new CloudStackPlanner();
    };
  }
}
