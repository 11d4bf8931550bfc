package io.ballast.net.libvirt;

import static java.util.Objects.requireNonNull;

import io.ballast.messages.Mac;
import io.ballast.messages.VmId;
import io.ballast.net.trade.Guests.Card;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What virsh prints of virtual machines and their cards; see "domiflist" in its manual. */
final class CardLists {
  private static final String UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  private static final Pattern ID = Pattern.compile(UUID);
  private static final Pattern GUEST = Pattern.compile("(?<id>" + UUID + ") +(?<name>.*\\S) *");
  private static final Pattern ADDRESS = Pattern.compile("[0-9a-f]{2}(?::[0-9a-f]{2}){5}");

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

  /**
   * Asks for the cards of all these at once, those that they have and those that they will have at
   * the next start; the lists come after the UUID whose they are. The last word shows that libvirt
   * still answers: virsh ends as its last word ended.
   */
  static String question(Set<VmId> vms) {
    return vms.stream()
        .map(vm -> "echo ' %1$s '; domiflist %1$s; domiflist --inactive %1$s; ".formatted(vm))
        .collect(Collectors.joining("", "", "uri"));
  }

  /** Those of some addresses, by what that printed. A machine that went meanwhile has no list. */
  static Set<Card> cards(Set<Mac> addresses, Map<VmId, String> names, String printed) {
    Set<Card> cards = new LinkedHashSet<>();
    VmId vm = null;
    for (String word : printed.split("\\s+", -1)) {
      if (ID.matcher(word).matches() && names.containsKey(VmId.of(word))) {
        vm = VmId.of(word);
      } else if (vm != null && ADDRESS.matcher(word).matches()) {
        String name = requireNonNull(names.get(vm));
        for (Mac address : addresses) {
          if (address.value().equals(word)) {
            cards.add(new Card(address, vm, name));
          }
        }
      }
    }
    return cards;
  }
}
