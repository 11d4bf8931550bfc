package io.ballast.net.linux;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A rule in the words of nft.
 *
 * @param text of typed values only
 */
public record Rule(String text) {
  private static final int MARK_BYTES = 8;

  /** By which it is known again: it stands for every letter of the rule. */
  public String mark() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Mark.NAME + " " + HexFormat.of().formatHex(digest, 0, MARK_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
