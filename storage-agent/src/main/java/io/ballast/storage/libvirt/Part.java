package io.ballast.storage.libvirt;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ballast.messages.OperationId;
import java.util.UUID;

/**
 * The hidden names under which operations make what is no volume yet. No volume can be called so.
 */
final class Part {
  static final String PREFIX = ".ballast-";
  static final String SUFFIX = ".part";

  private Part() {}

  /** Of what an operation makes. */
  static String name(OperationId operation) {
    return snapshot(operation) + SUFFIX;
  }

  /** Of the snapshot that an operation makes, so that its content can be built upon. */
  static String snapshot(OperationId operation) {
    return PREFIX + UUID.nameUUIDFromBytes(operation.value().getBytes(UTF_8));
  }

  /** Whether something is being made, and no volume yet. */
  static boolean is(String name) {
    return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
  }

  /** Whether a snapshot was made so that its content can be built upon. */
  static boolean isSnapshot(String name) {
    return name.startsWith(PREFIX);
  }
}
