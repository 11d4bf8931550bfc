package io.ballast.messages;

import java.util.Optional;

/**
 * A network of a host's libvirt.
 *
 * @param active whether guests can use it now
 * @param autostart whether it is to be active whenever the host is up
 * @param form what it is made of, for a person: {@code bridge br0}, {@code nat 10.1.0.1/24}
 * @param bridge by which its guests are connected; absent where it has none
 * @param users cards of guests on it now
 * @param ours whether it was made by a network agent, which may then stop and forget it
 */
public record LibvirtNetwork(
    String name,
    boolean active,
    boolean autostart,
    String form,
    Optional<String> bridge,
    int users,
    boolean ours) {
  public LibvirtNetwork {
    Fields.text(name, "name");
    Fields.text(form, "form");
    Fields.required(bridge, "bridge");
    Fields.count(users, "users");
  }
}
