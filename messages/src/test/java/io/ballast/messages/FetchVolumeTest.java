package io.ballast.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.messages.VolumeOrder.FetchVolume;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FetchVolumeTest {
  private static FetchVolume order(String source, Optional<String> sha256) {
    return new FetchVolume(new VolumeId("images", "debian"), source, sha256, Volume.Format.QCOW2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://10.0.0.1:8080/x", "https://images.example/a%20b?x=1", "https://[::1]/x"})
  void anAddressOfAServerIsASource(String source) {
    assertEquals(source, order(source, Optional.empty()).source());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "debian.qcow2",
        "file:///etc/shadow",
        "ftp://images.example/x",
        "https://user:password@images.example/x",
        "https:///x",
        "https://images.example",
        "https://images.example/a b",
        "https://images.example/x#y"
      })
  void anythingElseIsNone(String source) {
    assertThrows(IllegalArgumentException.class, () -> order(source, Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "abc", "G123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"})
  void aDigestHasItsDigits(String digits) {
    assertThrows(
        IllegalArgumentException.class,
        () -> order("https://images.example/x", Optional.of(digits)));
  }
}
