package io.ballast.net.work;

import io.ballast.messages.Mac;
import io.ballast.net.trade.Links.Sight;
import io.ballast.net.trade.Links.Wire;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * By which links the cards of guests are reached at one moment. An uplink is none of them, and
 * where several have one card, the one by which it was reached before stays.
 *
 * @param before the links of the last round
 */
record Cards(Sight sight, Uplinks uplinks, Map<Mac, String> before) {
  /** The link of a card, if it is there. */
  Optional<String> link(Mac card) {
    List<String> links = links(card);
    return links.size() > 1
        ? Optional.ofNullable(before.get(card)).filter(links::contains)
        : links.stream().findFirst();
  }

  private List<String> links(Mac card) {
    return sight.taps(card).stream().map(Wire::name).filter(name -> !uplinks.has(name)).toList();
  }

  /** What is wrong with the links of a card, for a person. */
  List<String> differences(Mac card) {
    List<Wire> taps = sight.taps(card);
    if (links(card).size() > 1) {
      return List.of(
          "several links have this card, and two VMs must not have one address: "
              + taps.stream().map(Wire::name).collect(Collectors.joining(", ")));
    }
    return taps.stream()
        .map(Wire::name)
        .filter(uplinks::has)
        .map(name -> name + " is an uplink of this host, and no port is made of it")
        .toList();
  }
}
