package io.ballast.messages;

import java.util.List;
import java.util.Optional;

/**
 * What may be used to make a live migration end, beyond a longer pause of the guest, and what may
 * be left out at its end.
 *
 * @param autoConverge whether the guest's processors may be slowed down while it writes faster than
 *     is sent, by as much as it takes
 * @param postCopy whether the guest may be let run on the target before all of its memory is there;
 *     where the link is lost after that, so is the guest
 * @param channels connections that send memory side by side, 1 to 16; with post-copy there is one
 * @param locking pools whose volumes no two guests can have open at once. One all of whose disks
 *     lie in them runs at its target at once; any other only when its copy at the source is gone
 */
public record Means(
    boolean autoConverge, boolean postCopy, int channels, Optional<List<String>> locking) {
  /** The most connections side by side. */
  public static final int MOST_CHANNELS = 16;

  /** Nothing but a longer pause, and every care. */
  public static final Means NONE = new Means(false, false, 1);

  /** These, and no post-copy. */
  Means withoutPostCopy() {
    return new Means(autoConverge, false, channels, locking);
  }

  /** Without pools that lock. */
  public Means(boolean autoConverge, boolean postCopy, int channels) {
    this(autoConverge, postCopy, channels, Optional.empty());
  }

  public Means {
    locking = Fields.required(locking, "locking").map(List::copyOf);
    if (channels < 1 || channels > MOST_CHANNELS) {
      throw new IllegalArgumentException(
          "field 'channels' is %d; it must lie between 1 and %d"
              .formatted(channels, MOST_CHANNELS));
    }
    if (postCopy && channels > 1) {
      throw new IllegalArgumentException(
          "post-copy sends over one connection: choose it, or more channels than 1");
    }
  }
}
