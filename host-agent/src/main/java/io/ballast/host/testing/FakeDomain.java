package io.ballast.host.testing;

import io.ballast.host.trade.Domain;
import io.ballast.host.trade.DomainXml;
import io.ballast.messages.Bytes;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A fake domain, which wants a steady part of a processor and gets what its host has left. */
final class FakeDomain {
  private static final Bytes DEFAULT_MEMORY = Bytes.ofMiB(64);
  private static final Pattern APPETITE = Pattern.compile("wants (\\S+) processors");

  private final String xml;
  private final VmId id;
  private final String name;
  private final int vcpus;
  private final Bytes memory;
  private final boolean hugePages;
  private double appetite;
  private boolean deaf;
  private VmState state = VmState.SHUT_OFF;
  private double cpuSeconds;

  /**
   * Reads {@code uuid}, {@code name}, {@code memory} in KiB, {@code vcpu}, and what only a fake
   * has: its appetite in processors, from the {@code description}.
   */
  FakeDomain(String xml) {
    DomainXml read = DomainXml.of(xml);
    this.xml = xml;
    this.id = read.id();
    this.name = read.text("name").orElse(id.toString());
    this.vcpus = read.text("vcpu").map(Integer::parseInt).orElse(1);
    this.memory = read.text("memory").map(Long::parseLong).map(Bytes::ofKiB).orElse(DEFAULT_MEMORY);
    this.hugePages = read.hugePages();
    this.appetite = read.text("description").map(FakeDomain::appetite).orElse(0.0);
  }

  private static double appetite(String description) {
    Matcher matcher = APPETITE.matcher(description);
    return matcher.matches() ? Double.parseDouble(matcher.group(1)) : 0;
  }

  static String xml(VmId id, String name, int vcpus, Bytes memory, double appetite) {
    return String.format(
        Locale.ROOT,
        """
        <domain type='fake'>
          <name>%s</name>
          <uuid>%s</uuid>
          <memory unit='KiB'>%d</memory>
          <vcpu>%d</vcpu>
          <description>wants %s processors</description>
        </domain>
        """,
        name,
        id,
        memory.value() / 1024,
        vcpus,
        appetite);
  }

  /** The same domain as it arrives elsewhere: paused, and its counters begin anew. */
  FakeDomain copy() {
    FakeDomain copy = new FakeDomain(xml);
    copy.appetite = appetite;
    copy.deaf = deaf;
    copy.state = VmState.PAUSED;
    return copy;
  }

  /** Processors that it would use if it could. */
  double demand() {
    return state == VmState.RUNNING || state == VmState.SHUTTING_DOWN
        ? Math.min(appetite, vcpus)
        : 0;
  }

  /** Lets it have worked with a share of its demand. */
  void work(double share, double seconds) {
    cpuSeconds += demand() * share * seconds;
  }

  void enter(VmState next) {
    if (!next.active() || !state.active()) {
      cpuSeconds = 0;
    }
    state = next;
  }

  void wants(double processors) {
    appetite = processors;
  }

  void ignoresShutdown() {
    deaf = true;
  }

  boolean deaf() {
    return deaf;
  }

  VmId id() {
    return id;
  }

  String name() {
    return name;
  }

  VmState state() {
    return state;
  }

  Bytes memory() {
    return memory;
  }

  String xml() {
    return xml;
  }

  Domain seen() {
    return new Domain(
        id,
        name,
        state,
        vcpus,
        Duration.ofNanos(Math.round(cpuSeconds * 1e9)),
        memory,
        state.active() ? memory : Bytes.ZERO,
        true,
        Domain.Counters.ZERO,
        hugePages);
  }
}
