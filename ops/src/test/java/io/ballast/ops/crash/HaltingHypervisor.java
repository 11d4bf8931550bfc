package io.ballast.ops.crash;

import io.ballast.host.trade.Hypervisor;
import io.ballast.messages.HostId;
import io.ballast.ops.crash.CrashingAgents.Stop;
import io.vertx.core.Future;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.Set;

/** A hypervisor that is never heard of again at the point of a change: before it, or after it. */
final class HaltingHypervisor {
  private static final Set<String> CHANGES = Set.of("define", "start", "migrate");

  private HaltingHypervisor() {}

  static Hypervisor of(Hypervisor hypervisor, Stop stop, HostId host) {
    return (Hypervisor)
        Proxy.newProxyInstance(
            Hypervisor.class.getClassLoader(),
            new Class<?>[] {Hypervisor.class},
            (proxy, method, arguments) -> {
              boolean change = CHANGES.contains(method.getName());
              Optional<Future<Object>> before =
                  change ? stop.here(Point.ACKNOWLEDGED, host) : Optional.empty();
              if (before.isPresent()) {
                return before.get();
              }
              try {
                Object result = method.invoke(hypervisor, arguments);
                Optional<Future<Object>> after =
                    change ? stop.here(Point.HALF_WAY, host) : Optional.empty();
                return after.isPresent() ? after.get() : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
