package io.ballast.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VolumeIdTest {
  @ParameterizedTest
  @ValueSource(strings = {"images/web1.qcow2", "im ages/-w@b:1", "p/...", "p/\u00fcber", "p/.x"})
  void whatFileSystemsTakeIsAName(String text) {
    assertEquals(text, VolumeId.of(text).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "images",
        "/web1",
        "images/",
        " /web1",
        "images/ ",
        "images/..",
        "images/.",
        "../web1",
        "images/../../etc/shadow",
        "images/a/b",
        "images/a\nb",
        "images/a\u0000",
        "images/a\u202eb",
        "images/\u2028",
        "images/\ud800"
      })
  void whatIsNoNameIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> VolumeId.of(text));
  }

  @Test
  void aNameHas255BytesAtMost() {
    String longest = "\u00fc".repeat(127) + "x";
    assertEquals(longest, new VolumeId("p", longest).name());

    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> new VolumeId("p", longest + "x"));

    assertTrue(String.valueOf(refused.getMessage()).contains("more than 255 bytes"));
  }
}
