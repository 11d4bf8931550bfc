package io.ballast.net.libvirt;

import static java.util.Objects.requireNonNull;

import io.ballast.messages.Mac;
import io.ballast.messages.VmId;
import io.ballast.net.trade.Guests.Card;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What virsh prints of virtual machines and their cards; see "domiflist" in its manual. */
final class CardLists {
  private static final Pattern GUEST = Pattern.compile("(?<id>[0-9a-f-]{36}) +(?<name>.*\\S) *");
  private static final Pattern ID = Pattern.compile("[0-9a-f-]{36}");
  private static final Pattern ADDRESS = Pattern.compile("[0-9a-f:]{17}");

  private CardLists() {}

  /** By what {@code list --all --uuid --name} printed. */
  static Map<VmId, String> names(String printed) {
    Map<VmId, String> names = new TreeMap<>();
    printed
        .lines()
        .map(GUEST::matcher)
        .filter(Matcher::matches)
        .forEach(line -> names.put(VmId.of(line.group("id")), line.group("name")));
    return names;
  }

  /** Asks for the cards of all these at once; each list comes after the UUID whose it is. */
  static String question(Set<VmId> vms) {
    return vms.stream()
        .map(vm -> "echo ' %1$s '; domiflist %1$s".formatted(vm))
        .collect(Collectors.joining("; "));
  }

  /** Those of some addresses, by what that printed. A machine that went meanwhile has no list. */
  static List<Card> cards(Set<Mac> addresses, Map<VmId, String> names, String printed) {
    List<Card> cards = new ArrayList<>();
    VmId vm = null;
    for (String word : printed.split("\\s+", -1)) {
      if (ID.matcher(word).matches() && names.containsKey(VmId.of(word))) {
        vm = VmId.of(word);
      } else if (vm != null && ADDRESS.matcher(word).matches()) {
        Mac address = new Mac(word);
        if (addresses.contains(address)) {
          cards.add(new Card(address, vm, requireNonNull(names.get(vm))));
        }
      }
    }
    return cards;
  }
}
