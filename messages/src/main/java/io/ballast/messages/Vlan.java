package io.ballast.messages;

import java.util.List;
import java.util.stream.Collectors;

/** Which virtual LANs (IEEE 802.1Q) a network card takes part in. A tag is 1 to 4094. */
public sealed interface Vlan {
  /** The lowest and the highest tag; 0 and 4095 have other meanings. */
  int FIRST = 1;

  int LAST = 4094;

  /** Every tag that it takes part in. */
  List<Integer> tags();

  /** One, whose tag the card does not see. */
  record Access(int tag) implements Vlan {
    public Access {
      checked(tag, "tag");
    }

    @Override
    public List<Integer> tags() {
      return List.of(tag);
    }

    @Override
    public String toString() {
      return Integer.toString(tag);
    }
  }

  /** Several, whose tags the card sees and sets itself; sorted, 1 to 4094 of them. */
  record Trunk(List<Integer> tags) implements Vlan {
    public Trunk {
      tags = Fields.listOf(tags, "tags").stream().sorted().distinct().toList();
      if (tags.isEmpty()) {
        throw new IllegalArgumentException("field 'tags' is empty; name the VLANs of the trunk");
      }
      tags.forEach(tag -> checked(tag, "tags"));
    }

    @Override
    public String toString() {
      return tags.stream().map(String::valueOf).collect(Collectors.joining(",", "trunk ", ""));
    }
  }

  /** A tag, if it can be one. */
  static int checked(int tag, String field) {
    if (tag < FIRST || tag > LAST) {
      throw new IllegalArgumentException(
          "field '%s' is %d; a VLAN is %d to %d".formatted(field, tag, FIRST, LAST));
    }
    return tag;
  }
}
