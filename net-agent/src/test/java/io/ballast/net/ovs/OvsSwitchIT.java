package io.ballast.net.ovs;

import io.ballast.agent.tool.Runner;
import io.ballast.net.rig.SwitchContract;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ports on a real Open vSwitch, which the test starts in a network namespace of its own. Needs root
 * and Open vSwitch's programs.
 */
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OvsSwitchIT {
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Runner runner = new Runner(Runner.Limits.DEFAULT, clock);
  private OvsHost host;

  @BeforeAll
  void start(@TempDir Path home) {
    host = new OvsHost(home, at -> new OvsSwitch(new ToolVswitch(runner, at), Path.of("/sys")));
  }

  @AfterAll
  void stop() {
    host.close();
    runner.close();
    clock.shutdown();
  }

  @TestFactory
  Stream<DynamicTest> doesWhatEverySwitchDoes() {
    return new SwitchContract(host).checks();
  }
}
