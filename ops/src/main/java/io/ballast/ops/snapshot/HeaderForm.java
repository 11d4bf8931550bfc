package io.ballast.ops.snapshot;

import io.ballast.ops.snapshot.Snapshot.Header;
import java.util.Set;

/** The form that what is said of a picture as a whole has in a snapshot file. */
final class HeaderForm {
  /**
   * The version of the format that is written, and the latest that is read. It goes up when a
   * reader of the one before would misunderstand, not merely miss something.
   */
  static final int FORMAT = 1;

  static final Set<String> KEYS =
      Set.of("name", "seed", "scenario", "bandwidth", "format", "cluster", "at");

  private HeaderForm() {}

  static Header read(Item item) {
    int format = item.wholeIfAny("format", 1).orElse(FORMAT);
    if (format > FORMAT) {
      throw item.refused(
          "its format is %d, and this version of Ballast reads up to %d; read it with a newer one"
              .formatted(format, FORMAT));
    }
    String name = item.textIfAny("name").or(() -> item.textIfAny("cluster")).orElse("fleet");
    return new Header(
        name,
        item.textIfAny("cluster").orElse(name),
        item.instantIfAny("at"),
        item.longIfAny("seed", Long.MIN_VALUE, Long.MAX_VALUE).orElse(0L),
        item.textIfAny("scenario").orElse("none"),
        item.numberIfAny("bandwidth", Range.ABOVE_ZERO).orElse(Header.USUAL_BANDWIDTH));
  }

  static Line write(Header header) {
    Line line =
        new Line()
            .text("name", header.name())
            .whole("seed", header.seed())
            .text("scenario", header.scenario())
            .number("bandwidth", header.bandwidth())
            .whole("format", FORMAT)
            .text("cluster", header.cluster());
    header.at().ifPresent(at -> line.text("at", at.toString()));
    return line;
  }
}
