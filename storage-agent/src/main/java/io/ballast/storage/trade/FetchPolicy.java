package io.ballast.storage.trade;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.messages.VolumeOrder.FetchVolume;
import java.net.URI;
import java.util.List;
import java.util.Locale;

/**
 * From where a host may fetch images. What it fetches it can read from wherever it stands in the
 * network, so this is for those to say who run the host. A server that is named here may send on to
 * another one.
 *
 * @param from how addresses may begin, up to a slash: {@code https://cloud.debian.org/images/}
 */
public record FetchPolicy(List<String> from) {
  /** From nowhere. */
  public static final FetchPolicy DEFAULT = new FetchPolicy(List.of());

  /**
   * @throws IllegalArgumentException if one is no beginning of an address
   */
  public FetchPolicy {
    from = List.copyOf(from);
    for (String start : from) {
      if (!start.endsWith("/") || !FetchVolume.isAddress(start)) {
        throw new IllegalArgumentException(
            "'%s' is no place for images; write http:// or https://, a server and a path up to a"
                    .formatted(start)
                + " slash");
      }
    }
  }

  /**
   * Lets an image be fetched.
   *
   * @throws RefusedException as {@code NOT_ALLOWED}, naming what would allow it
   */
  public void check(String source) {
    String plain = URI.create(source).normalize().toString();
    if (!plain.equals(source)
        || source.toLowerCase(Locale.ROOT).contains("%2e")
        || from.stream().noneMatch(source::startsWith)) {
      throw new RefusedException(
          Reason.NOT_ALLOWED,
          "this host fetches nothing from %s; add the beginning of that address to"
                  .formatted(source)
              + " agent.images.from there");
    }
  }
}
