package io.ballast.bus.rabbit;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A real RabbitMQ for the tests of one JVM, driven by {@code ops/broker}: it has its own directory,
 * ports and processes, and all of them go when the JVM goes, however it ends.
 */
final class Broker {
  private static final int NOT_INSTALLED = 69;
  private static final Path SCRIPT = Path.of("..", "ops", "broker").toAbsolutePath().normalize();

  private final Path directory;

  private Broker(Path directory) {
    this.directory = directory;
  }

  /** The broker of this JVM, which is started with the first use. */
  static Broker shared() {
    return Shared.BROKER;
  }

  private static final class Shared {
    private static final Broker BROKER = create();

    private static Broker create() {
      try {
        Broker broker = new Broker(Files.createTempDirectory("ballast-broker-"));
        broker.goWithThisJvm();
        broker.start();
        return broker;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** A process that waits for the end of its input, which comes when this JVM is no more. */
  private void goWithThisJvm() throws IOException {
    new ProcessBuilder(
            "setsid",
            "bash",
            "-c",
            "cat >/dev/null; \"$0\" kill --dir \"$1\"; rm -rf \"$1\"",
            SCRIPT.toString(),
            directory.toString())
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  void start() {
    command("start");
  }

  /** Shuts down as an operator would. */
  void stop() {
    command("stop");
  }

  /** Kills all processes, as a crash would. */
  void kill() {
    command("kill");
  }

  /** Halts all processes: connections stay open, and nothing answers. */
  void freeze() {
    command("freeze");
  }

  void thaw() {
    command("thaw");
  }

  /** What {@code rabbitmqctl} prints. */
  String control(String... arguments) {
    List<String> all = new ArrayList<>(List.of("ctl"));
    all.addAll(List.of(arguments));
    return command(all.toArray(String[]::new));
  }

  private String command(String... arguments) {
    List<String> line = new ArrayList<>(List.of(SCRIPT.toString(), arguments[0]));
    line.addAll(List.of("--dir", directory.toString()));
    line.addAll(List.of(arguments).subList(1, arguments.length));
    try {
      Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(2, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new AssertionError(line + " does not end");
      }
      if (process.exitValue() == NOT_INSTALLED) {
        throw new AssertionError(
            "these tests need RabbitMQ; ops/install test installs what tests need");
      }
      if (process.exitValue() != 0) {
        throw new AssertionError(line + " failed: " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  BusOptions options(String name) {
    Properties credentials = credentials();
    return BusOptions.of(
        new BusOptions.Broker("127.0.0.1", Integer.parseInt(credentials.getProperty("port"))),
        credentials.getProperty("user"),
        credentials.getProperty("password"),
        name);
  }

  /** A connection of a stranger, who knows AMQP and nothing of ours. */
  Connection stranger() {
    BusOptions options = options("stranger");
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost(options.brokers().getFirst().host());
    factory.setPort(options.brokers().getFirst().port());
    factory.setUsername(options.user());
    factory.setPassword(options.password());
    factory.setAutomaticRecoveryEnabled(false);
    try {
      return factory.newConnection("stranger");
    } catch (IOException | TimeoutException e) {
      throw new AssertionError("a stranger can't connect", e);
    }
  }

  private Properties credentials() {
    Properties credentials = new Properties();
    try (InputStream file = Files.newInputStream(directory.resolve("credentials"))) {
      credentials.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return credentials;
  }
}
