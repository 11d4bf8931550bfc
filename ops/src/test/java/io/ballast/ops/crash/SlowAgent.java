package io.ballast.ops.crash;

import io.ballast.agent.FileJournal;
import io.ballast.bus.Address;
import io.ballast.bus.Role;
import io.ballast.host.HostAgent;
import io.ballast.host.HostAgentConfig;
import io.ballast.host.trade.Hypervisor;
import io.ballast.messages.HostId;
import io.ballast.ops.client.Credentials;
import io.ballast.ops.config.BusSettings;
import io.ballast.ops.config.ListenAddress;
import io.ballast.ops.process.FleetProcess;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The process of an agent whose hypervisor takes its time to look at a domain. */
final class SlowAgent {
  static final HostId HOST = new HostId("slow");

  private static final long LOOKS_MILLIS = 500;

  private SlowAgent() {}

  /** Arguments: the folder of the world, and the credentials of the broker. */
  public static void main(String[] arguments) {
    Path world = Path.of(arguments[0]);
    FleetProcess process =
        new FleetProcess(
            Credentials.busOptions(
                BusSettings.DEFAULT.with(Path.of(arguments[1])), "host." + HOST));
    process.start(
        ListenAddress.of(":0"),
        "slow agent",
        List.of(
            new HostAgent(
                HostAgentConfig.of(HOST, "lab", "test", "qemu+tcp://10.0.0.1/system"),
                process.bus(),
                new FileJournal(
                    world.resolve("slow.journal"), Address.at(Role.HOST, HOST).toString()),
                new HostAgent.Machine(
                    slow(process.vertx(), new PaperHypervisor(process.vertx(), world, HOST)),
                    CrashingAgents.METER),
                process.registry(),
                Clock.systemUTC())));
    System.out.println("ready");
    process.untilTold();
  }

  private static Hypervisor slow(Vertx vertx, Hypervisor hypervisor) {
    return (Hypervisor)
        Proxy.newProxyInstance(
            Hypervisor.class.getClassLoader(),
            new Class<?>[] {Hypervisor.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("inspect")) {
                System.out.println("looks at " + arguments[0]);
                return vertx
                    .timer(LOOKS_MILLIS, TimeUnit.MILLISECONDS)
                    .compose(now -> invoke(hypervisor, method, arguments));
              }
              try {
                return method.invoke(hypervisor, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static Future<?> invoke(
      Hypervisor hypervisor, java.lang.reflect.Method method, Object[] arguments) {
    try {
      return (Future<?>) method.invoke(hypervisor, arguments);
    } catch (ReflectiveOperationException e) {
      return Future.failedFuture(e);
    }
  }
}
