package io.ballast.host.trade;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A path that libvirt itself chose for a domain, and tells in the domain's description. It is no
 * choice of who sends that back, so it may lie anywhere; it has to be the domain's own.
 */
final class LibvirtPath {
  private static final Pattern TERMINAL = Pattern.compile("/dev/pts/[0-9]+");
  private static final Pattern CHANNEL =
      Pattern.compile(
          "(?:/var/lib/libvirt/qemu/channel/target/domain-|/run/libvirt/qemu/channel/)[0-9]+"
              + "-(?<domain>[^/]+)/(?<target>(?!\\.{1,2}$)[^/]+)");

  /** How much of a domain's name stands in the paths of its sockets. */
  private static final int SHORT = 20;

  private LibvirtPath() {}

  /** Whether an attribute names a terminal, or the socket of a channel to an agent in the guest. */
  static boolean isLine(DomainPart part, String attribute, String value) {
    boolean console = part.name().equals("console") && attribute.equals("tty");
    DomainPart device = console ? part : part.above().orElse(part);
    return switch (device.attribute("type")) {
      case "pty" -> (console || attribute.equals("path")) && TERMINAL.matcher(value).matches();
      case "unix" ->
          device.name().equals("channel")
              && part.attribute("mode").equals("bind")
              && isSocket(device, value);
      default -> false;
    };
  }

  private static boolean isSocket(DomainPart channel, String path) {
    Matcher socket = CHANNEL.matcher(path);
    return socket.matches()
        && shortened(domainName(channel)).equals(socket.group("domain"))
        && channel
            .below("target")
            .anyMatch(target -> target.attribute("name").equals(socket.group("target")));
  }

  /** Whether a text names the file in which libvirt keeps the firmware variables of the domain. */
  static boolean isNvram(DomainPart part, String text) {
    String name = domainName(part);
    return !name.contains("/")
        && Stream.of("fd", "qcow2")
            .anyMatch(
                end -> text.equals("/var/lib/libvirt/qemu/nvram/%s_VARS.%s".formatted(name, end)));
  }

  private static String domainName(DomainPart part) {
    return part.domain().below("name").map(DomainPart::text).findFirst().orElse("");
  }

  private static String shortened(String name) {
    return name.codePoints()
        .limit(SHORT)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
