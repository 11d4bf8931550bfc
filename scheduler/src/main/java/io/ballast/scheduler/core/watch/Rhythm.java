package io.ballast.scheduler.core.watch;

import io.ballast.messages.Pulse;
import io.ballast.scheduler.core.policy.LivenessSettings;
import java.time.Duration;
import java.time.Instant;

/**
 * How regularly the beats of one agent's life arrive, and how suspicious their absence is: the
 * accrual failure detector of Hayashibara, Défago, Yared and Katayama (2004).
 *
 * <p>Suspicion is {@code -log10} of the chance that a beat is still to come after so long a
 * silence, for normally distributed intervals. Mean and deviation are weighted towards the last
 * {@value #WINDOW} intervals. An interval over lost beats counts as their share of it, and silence
 * that was already suspicious teaches nothing, so that outages do not blunt the detector. Neither
 * do beats that come early because they have news: an interval shorter than intended counts as
 * intended, and never as scatter.
 *
 * @param last the last beat's pulse
 * @param arrival when it arrived
 * @param mean of the intervals between arrivals, in seconds
 * @param variance of the intervals, in seconds squared
 * @param samples intervals seen
 */
record Rhythm(Pulse last, Instant arrival, double mean, double variance, int samples) {
  private static final int WINDOW = 100;

  /** Expected interval and deviation never exceed these, in intended intervals. */
  private static final double MOST_MEAN = 3;

  private static final double MOST_DEVIATION = 1;

  /** The rhythm of an agent that was heard once: its own intention. */
  static Rhythm first(Pulse pulse, Instant arrival) {
    return new Rhythm(pulse, arrival, seconds(pulse.interval()), 0, 0);
  }

  /** The rhythm after one more beat; a new life or a new intention begins a new rhythm. */
  Rhythm after(Pulse pulse, Instant at, LivenessSettings settings) {
    if (pulse.incarnation() != last.incarnation() || !pulse.interval().equals(last.interval())) {
      return first(pulse, at);
    }
    if (suspicion(at, settings.silentPause(), settings) >= settings.phi()) {
      return new Rhythm(pulse, at, mean, variance, samples);
    }
    long beats = Math.max(1, pulse.sequence() - last.sequence());
    double interval = seconds(Duration.between(arrival, at)) / beats;
    double intended = seconds(pulse.interval());
    // The intention counts as one interval seen before the first.
    double weight = 1.0 / Math.min(samples + 2, WINDOW);
    double surprise = Math.max(interval, intended) - mean;
    double scatter = interval < intended ? 0 : surprise * surprise;
    return new Rhythm(
        pulse,
        at,
        mean + weight * surprise,
        (1 - weight) * (variance + weight * scatter),
        Math.min(samples + 1, WINDOW));
  }

  /**
   * The interval to expect, in seconds: never shorter than intended, for early beats prove nothing.
   */
  double expected() {
    double intended = seconds(last.interval());
    return Math.clamp(mean, intended, MOST_MEAN * intended);
  }

  /** The deviation to expect, in seconds. */
  double deviation(LivenessSettings settings) {
    double intended = seconds(last.interval());
    return Math.clamp(
        Math.sqrt(variance), settings.leastDeviation() * intended, MOST_DEVIATION * intended);
  }

  /**
   * Suspicion if the next beat has not arrived by {@code now}; it grows without bound and never
   * falls while nothing arrives.
   *
   * @param pause allowed for, in intended intervals
   */
  double suspicion(Instant now, double pause, LivenessSettings settings) {
    double silence = seconds(Duration.between(arrival, now));
    double allowed = expected() + pause * seconds(last.interval());
    return phi((silence - allowed) / deviation(settings));
  }

  /** The silence after which suspicion reaches the settings' {@code phi}. */
  Duration limit(double pause, LivenessSettings settings) {
    double low = 0;
    double high = 100;
    while (high - low > 1e-6) {
      double middle = (low + high) / 2;
      if (phi(middle) < settings.phi()) {
        low = middle;
      } else {
        high = middle;
      }
    }
    double limit = expected() + pause * seconds(last.interval()) + high * deviation(settings);
    return Duration.ofMillis(Math.round(limit * 1000));
  }

  /**
   * {@code -log10(1 - F(z))} of the standard normal distribution, by the logistic approximation
   * {@code F(z) = 1 / (1 + exp(-1.5976 z - 0.07056 z^3))} of Bowling and others (2009), which is
   * monotone and does not underflow.
   */
  private static double phi(double z) {
    double odds = z * (1.5976 + 0.07056 * z * z);
    return odds > 30 ? odds / Math.log(10) : Math.log10(1 + Math.exp(odds));
  }

  static double seconds(Duration duration) {
    return duration.getSeconds() + duration.getNano() / 1e9;
  }
}
