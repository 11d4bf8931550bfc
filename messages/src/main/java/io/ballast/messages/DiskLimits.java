package io.ballast.messages;

import java.util.Optional;

/**
 * The most that a disk may be read and written. Of bytes as of requests, either both together are
 * limited or each by itself; what is absent is not limited.
 *
 * @param bytes read and written in a second, above zero
 * @param readBytes read in a second
 * @param writeBytes written in a second
 * @param requests in a second, above zero
 * @param readRequests to read in a second
 * @param writeRequests to write in a second
 */
public record DiskLimits(
    Optional<Bytes> bytes,
    Optional<Bytes> readBytes,
    Optional<Bytes> writeBytes,
    Optional<Long> requests,
    Optional<Long> readRequests,
    Optional<Long> writeRequests) {
  /** No limits. */
  public static final DiskLimits NONE =
      new DiskLimits(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  public DiskLimits {
    each(bytes, "bytes");
    each(readBytes, "readBytes");
    each(writeBytes, "writeBytes");
    positive(requests, "requests");
    positive(readRequests, "readRequests");
    positive(writeRequests, "writeRequests");
    either(bytes.isPresent(), readBytes.isPresent() || writeBytes.isPresent(), "bytes");
    either(requests.isPresent(), readRequests.isPresent() || writeRequests.isPresent(), "requests");
  }

  private static void each(Optional<Bytes> most, String field) {
    positive(Fields.required(most, field).map(Bytes::value), field);
  }

  private static void positive(Optional<Long> most, String field) {
    Fields.required(most, field).ifPresent(value -> Fields.positive(value, field));
  }

  private static void either(boolean together, boolean apart, String what) {
    if (together && apart) {
      throw new IllegalArgumentException(
          "limit either all %s together, or those read and written each".formatted(what));
    }
  }
}
