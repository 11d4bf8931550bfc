package io.ballast.testing;

import static org.awaitility.Awaitility.await;

import io.ballast.messages.VmId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** The hosts of {@code ops/lab} and the guests in them. */
public final class Lab implements AutoCloseable {
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final Path OPS = Path.of("..", "ops", "lab").toAbsolutePath().normalize();
  private static final Path SERIAL = Path.of("/run/ballast/lab/serial");

  private Lab() {}

  /** Starts hosts h1 to h{@code n}, waiting up to a minute for whoever has a lab up. */
  public static Lab up(int n) {
    return start(n);
  }

  /** The same, and each host has networks for guests. */
  public static Lab withSwitches(int n) {
    return start(n, "--switch");
  }

  /** The same, and each host keeps a program running, called with its name and address. */
  public static Lab withSwitches(int n, Path boot) {
    return start(n, "--switch", "--boot", boot.toString());
  }

  private static Lab start(int n, String... more) {
    run(OPS.resolve("guest/build").toString());
    String owner = String.valueOf(ProcessHandle.current().pid());
    lab(
        Stream.concat(
                Stream.of("up", String.valueOf(n), "--cpu", "1", "--wait", "60", "--owner", owner),
                Arrays.stream(more))
            .toArray(String[]::new));
    return new Lab();
  }

  @Override
  public void close() {
    lab("down");
  }

  public String uri(int host) {
    return "qemu+tcp://10.213.0.1" + host + "/system";
  }

  /**
   * What to do with a host's libvirtd: {@code start}, {@code stop}, {@code freeze}, {@code thaw}.
   */
  public void libvirtd(int host, String command) {
    lab("libvirtd", String.valueOf(host), command);
  }

  /** What to do with a host's switch: as with libvirtd, and {@code kill}. */
  public void switchOf(int host, String command) {
    lab("switch", String.valueOf(host), command);
  }

  /** Plugs a host's network cables, {@code up}, or unplugs them, {@code down}. */
  public void link(int host, String command) {
    lab("link", String.valueOf(host), command);
  }

  /** Switches a host on, {@code up}, or cuts its power, {@code cut}. */
  public void power(int host, String command) {
    lab("host-" + command, String.valueOf(host));
  }

  /** The number of a process in a host, its first one, as this machine counts. */
  public long process(int host) {
    try {
      return Long.parseLong(Files.readString(SERIAL.resolveSibling("h" + host + "/pid")).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a signal to the QEMU process of a guest. */
  public void signalQemu(int host, Guest guest, String signal) {
    exec(
        host, "sh", "-c", "kill -" + signal + " $(cat /run/libvirt/qemu/" + guest.name() + ".pid)");
  }

  public String virsh(int host, String... arguments) {
    return on(host, "virsh", arguments);
  }

  /** What a program prints that runs in a host to its end. */
  public String exec(int host, String... command) {
    return on(host, "exec", command);
  }

  private static String on(int host, String command, String... arguments) {
    return lab(
        Stream.concat(Stream.of(command, String.valueOf(host)), Arrays.stream(arguments))
            .toArray(String[]::new));
  }

  /** A guest with the options of {@code ops/lab/guest/domain}. */
  public Guest guest(String... options) {
    UUID uuid = UUID.randomUUID();
    String name = "guest-" + uuid.toString().substring(0, 8);
    List<String> command =
        new ArrayList<>(List.of(OPS.resolve("guest/domain").toString(), name, uuid.toString()));
    command.addAll(List.of(options));
    return new Guest(new VmId(uuid), name, run(command.toArray(String[]::new)));
  }

  /** A guest and what it writes on its console. */
  public record Guest(VmId id, String name, String xml) {
    /** The numbers of the ticks so far. */
    public List<Long> ticks() {
      return told("tick");
    }

    /** The numbers in the lines so far that begin with a word of {@code ops/lab/guest/init.c}. */
    public List<Long> told(String word) {
      Path console = SERIAL.resolve(name);
      if (!Files.exists(console)) {
        return List.of();
      }
      try {
        return Files.readString(console)
            .lines()
            // The last line may be unfinished; a whole one has three words.
            .map(line -> line.strip().split(" "))
            .filter(words -> words.length == 3 && words[0].equals(word))
            .map(words -> Long.parseLong(words[1]))
            .toList();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Waits until it has ticked {@code n} times more. */
    public void awaitTicks(int n) {
      int before = ticks().size();
      await().atMost(LONG).until(() -> ticks().size() >= before + n);
    }

    /** Waits until it has told something {@code n} times more. */
    public void awaitTold(String word, int n) {
      int before = told(word).size();
      await().atMost(LONG).until(() -> told(word).size() >= before + n);
    }

    /** Places where the numbers of its ticks do not go on by one. */
    public List<String> breaks() {
      List<Long> ticks = ticks();
      List<String> breaks = new ArrayList<>();
      for (int i = 1; i < ticks.size(); i++) {
        if (ticks.get(i) != ticks.get(i - 1) + 1) {
          breaks.add(ticks.get(i - 1) + " -> " + ticks.get(i));
        }
      }
      return breaks;
    }
  }

  private static String lab(String... arguments) {
    return run(
        Stream.concat(Stream.of(OPS.resolve("lab").toString()), Arrays.stream(arguments))
            .toArray(String[]::new));
  }

  private static String run(String... command) {
    try {
      Path output = Files.createTempFile("lab", ".out");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int status = process.waitFor();
        String text = Files.readString(output);
        if (status != 0) {
          throw new IllegalStateException(
              String.join(" ", command) + " ended with " + status + ": " + text);
        }
        return text;
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
