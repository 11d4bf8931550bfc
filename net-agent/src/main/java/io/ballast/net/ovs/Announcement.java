package io.ballast.net.ovs;

import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.Vlan;
import io.ballast.net.ovs.Present.Bridge;
import io.ballast.net.ovs.Present.Plugged;
import io.ballast.net.ovs.Present.Tags;
import io.ballast.net.ovs.Present.Wire;
import io.ballast.net.trade.Wanted;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A frame by which a card tells its neighbours that it has an address (RFC 5227, section 3).
 *
 * @param from the number of the port by which it comes in, or that it comes from none
 * @param frame its bytes in hexadecimal digits
 */
record Announcement(String from, String frame) {
  /** A trunk can have thousands of VLANs; for neighbours in the others the guest speaks itself. */
  private static final int MOST = 64;

  private static final String NOWHERE = "CONTROLLER";
  private static final HexFormat MACS = HexFormat.ofDelimiter(":");
  private static final String REQUEST = "0806" + "0001" + "0800" + "0604" + "0001";

  /** Those of a port, if its card is plugged in. */
  static List<Announcement> of(Wanted wanted, Present present) {
    List<Announcement> all = new ArrayList<>();
    Optional<Integer> number =
        present.bridge(wanted.port().bridge()).flatMap(bridge -> number(bridge, wanted));
    if (number.isEmpty()) {
      return all;
    }
    Mac card = wanted.port().card();
    String port = number.get().toString();
    Optional<Integer> own = Tags.of(wanted.port().vlan()).only();
    wanted
        .outside()
        .ifPresent(
            outside -> {
              IpAddress known = wanted.port().publicAddress().orElseThrow();
              boolean elsewhere = !own.equals(Optional.of(outside.vlan().orElse(0)));
              all.add(
                  elsewhere
                      ? new Announcement(NOWHERE, frame(card, outside.vlan(), known))
                      : new Announcement(port, frame(card, Optional.empty(), known)));
            });
    for (Cidr address : wanted.port().addresses()) {
      if (address.address().isIpv4()) {
        wanted
            .port()
            .vlan()
            .filter(vlan -> vlan instanceof Vlan.Trunk)
            .ifPresentOrElse(
                trunk ->
                    trunk
                        .tags()
                        .forEach(
                            tag ->
                                all.add(
                                    new Announcement(
                                        port, frame(card, Optional.of(tag), address.address())))),
                () ->
                    all.add(
                        new Announcement(port, frame(card, Optional.empty(), address.address()))));
      }
    }
    return all.stream().limit(MOST).toList();
  }

  private static Optional<Integer> number(Bridge bridge, Wanted wanted) {
    return wanted.link().flatMap(bridge::plugged).flatMap(Plugged::wire).flatMap(Wire::number);
  }

  private static String frame(Mac card, Optional<Integer> vlan, IpAddress address) {
    byte[] mac = MACS.parseHex(card.value());
    ByteBuffer frame = ByteBuffer.allocate(64);
    frame.putLong(-1).position(6);
    frame.put(mac);
    vlan.ifPresent(tag -> frame.putShort((short) 0x8100).putShort(tag.shortValue()));
    frame.put(HexFormat.of().parseHex(REQUEST));
    frame.put(mac).put(address.bytes());
    frame.put(new byte[6]).put(address.bytes());
    return HexFormat.of().formatHex(frame.array());
  }
}
