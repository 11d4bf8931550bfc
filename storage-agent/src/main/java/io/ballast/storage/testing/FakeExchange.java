package io.ballast.storage.testing;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import java.util.Map;
import java.util.TreeMap;

/** A fake: the exchange folder of a host, and what servers offer. */
final class FakeExchange {
  private final Map<String, Image> files = new TreeMap<>();

  /** A file, and what a disk of it takes. */
  record Image(Bytes capacity, Bytes takes) {}

  void put(String name, Image image) {
    files.put(name, image);
  }

  Image known(String name) {
    Image image = files.get(name);
    if (image == null) {
      throw new RefusedException(Reason.UNKNOWN_VOLUME, "there is no file " + name + " to import");
    }
    return image;
  }

  void add(String name, Image image) {
    if (files.putIfAbsent(name, image) != null) {
      throw new RefusedException(Reason.NAME_TAKEN, name + " is there already");
    }
  }
}
