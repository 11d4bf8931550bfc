package io.ballast.messages;

/**
 * What may be used to make a live migration end, beyond a longer pause of the guest.
 *
 * @param autoConverge whether the guest's processors may be slowed down while it writes faster than
 *     is sent, by as much as it takes
 * @param postCopy whether the guest may be let run on the target before all of its memory is there;
 *     where the link is lost after that, so is the guest
 * @param channels connections that send memory side by side, 1 to 16; with post-copy there is one
 */
public record Means(boolean autoConverge, boolean postCopy, int channels) {
  /** The most connections side by side. */
  public static final int MOST_CHANNELS = 16;

  /** Nothing but a longer pause. */
  public static final Means NONE = new Means(false, false, 1);

  public Means {
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
