package io.ballast.ops.config;

import io.ballast.messages.HostCommand;
import io.ballast.messages.Means;
import io.ballast.scheduler.core.policy.Policy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The balancing policy as it stands in the configuration file. */
final class PolicyReader {
  private static final int MANY = 10_000;

  private PolicyReader() {}

  static Policy policy(Section section) {
    Policy usual = Policy.DEFAULT;
    return new Policy(
        section.choice("mode", usual.mode()),
        new Policy.Thresholds(
            section.section("cpu", cpu -> share(cpu, usual.thresholds().cpu())),
            section.section("memory", memory -> share(memory, usual.thresholds().memory())),
            section.section("load", load -> load(load, usual.thresholds().load())),
            section.duration("window", usual.thresholds().window()),
            section.share("hold-share", usual.thresholds().holdShare())),
        section.section("caps", PolicyReader::caps),
        section.section("pace", PolicyReader::pace),
        section.section("worth", PolicyReader::worth),
        section.section("transfer", PolicyReader::transfer));
  }

  private static Policy.Threshold share(Section section, Policy.Threshold usual) {
    return new Policy.Threshold(
        section.share("trigger", usual.trigger()),
        section.duration("hold", usual.hold()),
        section.share("low", usual.low()));
  }

  private static Policy.Threshold load(Section section, Policy.Threshold usual) {
    return new Policy.Threshold(
        section.number("trigger", usual.trigger()),
        section.duration("hold", usual.hold()),
        section.number("low", usual.low()));
  }

  private static Policy.Caps caps(Section section) {
    Policy.Caps usual = Policy.Caps.DEFAULT;
    return new Policy.Caps(
        section.whole("per-host", usual.perHost(), 1, MANY),
        section.whole("per-cluster", usual.perCluster(), 1, MANY),
        section.whole("per-decision", usual.perDecision(), 1, MANY));
  }

  private static Policy.Pace pace(Section section) {
    Policy.Pace usual = Policy.Pace.DEFAULT;
    return new Policy.Pace(
        section.duration("cool-down", usual.coolDown()),
        section.duration("no-return", usual.noReturn()),
        section.duration("settle", usual.settle()),
        section.duration("load-lag", usual.loadLag()),
        section.duration("max-beat-age", usual.maxBeatAge()));
  }

  private static Policy.Worth worth(Section section) {
    Policy.Worth usual = Policy.Worth.DEFAULT;
    return new Policy.Worth(
        section.share("headroom", usual.headroom()),
        section.number("min-gain", usual.minGain()),
        section.number("sureness", usual.sureness()),
        section.bytes("effort").orElse(usual.effort()),
        section.flag("detours", usual.detours()),
        section.flag("copies", usual.copies()));
  }

  private static Policy.Transfer transfer(Section section) {
    Policy.Transfer usual = Policy.Transfer.DEFAULT;
    return new Policy.Transfer(
        section.bytes("bandwidth").or(usual::bandwidth),
        upTo("max-downtime", HostCommand.LONGEST_DOWNTIME, section, usual.maxDowntime()),
        upTo("within", HostCommand.LONGEST_WITHIN, section, usual.within()),
        upTo("answer", HostCommand.LONGEST_WITHIN, section, usual.answer()),
        section.duration("silence", usual.silence()),
        section.duration("look-again", usual.lookAgain()),
        means(section, usual.means()));
  }

  private static Means means(Section section, Means usual) {
    return new Means(
        section.flag("auto-converge", usual.autoConverge()),
        section.flag("post-copy", usual.postCopy()),
        section.whole("channels", usual.channels(), 1, Means.MOST_CHANNELS),
        Optional.of(section.texts("locking-pools", List.of())).filter(pools -> !pools.isEmpty()));
  }

  /** A length of time that agents take in a command. */
  private static Duration upTo(String key, Duration most, Section section, Duration otherwise) {
    return section
        .value(
            key,
            text -> {
              Duration duration = Amount.duration(text);
              if (duration.compareTo(most) > 0) {
                throw new IllegalArgumentException("it must be at most " + most.toMinutes() + "m");
              }
              return duration;
            })
        .orElse(otherwise);
  }
}
