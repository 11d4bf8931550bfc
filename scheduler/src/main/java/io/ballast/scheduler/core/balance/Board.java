package io.ballast.scheduler.core.balance;

import io.ballast.messages.HostBeat;
import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.Variance;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The sites of a search as plain numbers: what a move does to the {@link Score} is weighed without
 * making an object, so that millions of moves can be looked at. Sites are known by their place in a
 * list.
 */
final class Board {
  private final List<Site> sites;
  private final Gauge cpu;
  private final Gauge memory;
  private final Gauge load;
  private final Set<Metric> ripe;
  private final double[] cpus;
  private final double[] capacity;
  private final double[] demand;
  private final double[] used;
  private final Echo[] echoes;

  /** The change of the score of the exchange that was weighed last, in total. */
  private double change;

  /** The same in the ripe metrics. */
  private double changeInRipe;

  /**
   * @param ripe the metrics that have to become better
   */
  Board(Iterable<Site> sites, Set<Metric> ripe, Policy policy) {
    this.sites = new ArrayList<>();
    sites.forEach(this.sites::add);
    this.ripe = ripe;
    int n = this.sites.size();
    cpu = new Gauge(Metric.CPU, n, policy);
    memory = new Gauge(Metric.MEMORY, n, policy);
    load = new Gauge(Metric.LOAD, n, policy);
    cpus = new double[n];
    capacity = new double[n];
    demand = new double[n];
    used = new double[n];
    echoes = new Echo[n];
    for (int i = 0; i < n; i++) {
      HostBeat.Capacity has = this.sites.get(i).host().beat().capacity();
      cpus[i] = has.cpus();
      capacity[i] = (double) has.memory().value();
      echoes[i] = this.sites.get(i).echo();
      set(i, this.sites.get(i));
    }
  }

  int size() {
    return sites.size();
  }

  Site site(int place) {
    return sites.get(place);
  }

  /** Changes a site; it stays the same host. */
  void set(int place, Site site) {
    sites.set(place, site);
    demand[place] = site.demand();
    used[place] = (double) site.used().value();
    cpu.set(place, site.value(Metric.CPU));
    memory.set(place, site.value(Metric.MEMORY));
    load.set(place, site.value(Metric.LOAD));
  }

  /** Weighs that a guest goes from one site to another. */
  void weigh(Guest guest, int from, int to) {
    weigh(guest.appetite(), (double) guest.held().value(), from, to);
  }

  /** Weighs that two guests change places. */
  void weigh(Guest one, int here, Guest other, int there) {
    weigh(
        one.appetite() - other.appetite(),
        (double) one.held().value() - other.held().value(),
        here,
        there);
  }

  private void weigh(double processors, double bytes, int from, int to) {
    double less = Math.max(0, demand[from] - processors) / cpus[from];
    double more = Math.max(0, demand[to] + processors) / cpus[to];
    double emptier = Math.max(0, used[from] - bytes) / capacity[from];
    double fuller = Math.max(0, used[to] + bytes) / capacity[to];
    double ofCpu = cpu.change(from, less, to, more);
    double ofMemory = memory.change(from, emptier, to, fuller);
    double ofLoad = load.change(from, echoes[from].of(less), to, echoes[to].of(more));
    change = ofCpu + ofMemory + ofLoad;
    changeInRipe =
        (ripe.contains(Metric.CPU) ? ofCpu : 0)
            + (ripe.contains(Metric.MEMORY) ? ofMemory : 0)
            + (ripe.contains(Metric.LOAD) ? ofLoad : 0);
  }

  /** What was weighed last takes so much off the score. */
  double gain() {
    return -change;
  }

  /** What was weighed last takes so much off the ripe metrics' parts of the score. */
  double gainInRipe() {
    return -changeInRipe;
  }

  /**
   * Whether a site would come too near to a trigger by a guest.
   *
   * @param margin so many standard errors count as hotter
   */
  boolean becomesHot(Guest guest, int place, double margin) {
    double wanted = (demand[place] + guest.appetite()) / cpus[place];
    double filled = (used[place] + guest.held().value()) / capacity[place];
    double ofLoad = echoes[place].of(wanted);
    if (margin > 0) {
      Variance variance = sites.get(place).variance().plus(guest.variance());
      double mib = capacity[place] / (1 << 20);
      wanted += margin * Math.sqrt(variance.cpu()) / cpus[place];
      filled += margin * Math.sqrt(variance.memory()) / mib;
      ofLoad += margin * Math.sqrt(variance.load()) / cpus[place];
    }
    return cpu.isHot(wanted) || memory.isHot(filled) || load.isHot(ofLoad);
  }
}
