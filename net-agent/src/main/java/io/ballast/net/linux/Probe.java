package io.ballast.net.linux;

import io.ballast.agent.tool.Runner;
import io.ballast.agent.tool.Tool;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.Port;
import io.ballast.messages.RateLimit;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.net.trade.Outside;
import io.ballast.net.trade.Wanted;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Finds out what can't be had on this host, by trying it in a network namespace that is there for
 * the try alone.
 */
record Probe(Runner runner) {
  private static final String LINK = "lo";

  /** Longer than usual, for what is found out now counts as long as the agent lives. */
  private static final Duration WITHIN = Duration.ofSeconds(20);

  /**
   * Why something can't be had, for a person; what can be had is not told. Fails where it could not
   * be tried.
   */
  Future<Map<Ability, String>> lacking() {
    Map<Ability, Future<Optional<String>>> tries = new EnumMap<>(Ability.class);
    tries.put(
        Ability.LINUX_BRIDGE,
        tried("ip", "the kernel has no bridges", "link add name b0 type bridge\n", "-batch", "-"));
    tries.put(
        Ability.LINUX_VLAN,
        both(
            installed("bridge"),
            tried(
                "ip",
                "the bridges of this kernel do not keep VLANs apart",
                "link add name b0 type bridge vlan_filtering 1\n",
                "-batch",
                "-")));
    tries.put(
        Ability.LINUX_FILTER,
        tried("nft", "the kernel can't filter on its bridges", filter(), "-f", "-"));
    String limit = lines(new Step.Limit(LINK, Rate.of(RateLimit.of(1_000))));
    tries.put(
        Ability.LINUX_LIMIT_IN,
        tried("tc", "the kernel has no token bucket (tbf)", limit, "-batch", "-"));
    tries.put(
        Ability.LINUX_LIMIT_OUT,
        both(
            tried(
                "ip",
                "the kernel has no ifb devices",
                "link add name i0 type ifb\n",
                "-batch",
                "-"),
            tried(
                "tc",
                "the kernel can't redirect what links receive (ingress, u32, mirred)",
                limit + lines(new Step.Lead(LINK, LINK, false, false)),
                "-batch",
                "-")));
    return Future.join(new ArrayList<>(tries.values()))
        .map(
            all -> {
              Map<Ability, String> lacking = new EnumMap<>(Ability.class);
              tries.forEach(
                  (ability, why) -> why.result().ifPresent(text -> lacking.put(ability, text)));
              return Map.copyOf(lacking);
            });
  }

  private static Future<Optional<String>> both(
      Future<Optional<String>> one, Future<Optional<String>> other) {
    return one.compose(why -> why.isPresent() ? Future.succeededFuture(why) : other);
  }

  /** Whether a tool is there at all, which can't be told apart later. */
  private Future<Optional<String>> installed(String program) {
    return why(Tool.of(WITHIN, program, "-V"));
  }

  private Future<Optional<String>> tried(
      String program, String what, String input, String... arguments) {
    List<String> words = new ArrayList<>(List.of("unshare", "--net", "--", program));
    words.addAll(List.of(arguments));
    Tool tool = Tool.of(WITHIN, words.toArray(new String[0])).reading(input);
    return installed(program)
        .compose(
            why ->
                why.isPresent()
                    ? Future.succeededFuture(why)
                    : why(tool).map(refusal -> refusal.map(text -> what + ": " + text)));
  }

  private Future<Optional<String>> why(Tool tool) {
    return runner
        .run(tool)
        .output()
        .map(fine -> Optional.<String>empty())
        .recover(
            refusal ->
                refusal instanceof RefusedException told && told.reason() == Reason.TRADE_REFUSED
                    ? Future.succeededFuture(Optional.of(String.valueOf(told.getMessage())))
                    : Future.failedFuture(refusal));
  }

  private static String lines(Step step) {
    return Lines.of(step).stream().map(line -> line.text() + "\n").collect(Collectors.joining());
  }

  /** All that there can be in our table. */
  private static String filter() {
    Port port =
        new Port(
            new Mac("52:54:00:00:00:01"),
            new VmId(new UUID(0, 1)),
            "b0",
            Optional.empty(),
            List.of(Cidr.of("192.0.2.5/24"), Cidr.of("2001:db8::5/64")),
            Optional.empty(),
            Optional.empty(),
            true,
            Optional.of(new IpAddress("198.51.100.5")),
            Optional.empty(),
            Optional.of("outside"));
    Outside outside =
        new Outside(new IpAddress("198.51.100.1"), new IpAddress("192.0.2.1"), Optional.empty());
    Wanted all = new Wanted(port, Optional.of(LINK), Optional.of(outside));
    return TablePlan.of(Optional.empty(), List.of(all)).steps().stream()
        .map(TableStep::text)
        .collect(Collectors.joining());
  }
}
