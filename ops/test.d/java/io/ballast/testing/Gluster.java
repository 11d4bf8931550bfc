package io.ballast.testing;

import java.nio.file.Path;

/** The GlusterFS of {@code ops/lab}, whose volume is mounted. */
public final class Gluster implements AutoCloseable {
  private static final String TOOL =
      Path.of("..", "ops", "lab", "gluster").toAbsolutePath().normalize().toString();

  /** Its only server. */
  public static final String ADDRESS = "10.214.0.2";

  /** Its volume. */
  public static final String VOLUME = "/images";

  /** Where that is mounted. */
  public static final Path MOUNT = Path.of("/run/ballast/gluster/images");

  private Gluster() {}

  /** Starts it; there can be one at a time. */
  public static Gluster up() {
    Program.run(TOOL, "up");
    return new Gluster();
  }

  /** Makes a folder in the volume and mounts it by itself; where. */
  public Path mounted(String folder) {
    return Path.of(Program.run(TOOL, "mount", folder).strip());
  }

  @Override
  public void close() {
    Program.run(TOOL, "down");
  }
}
