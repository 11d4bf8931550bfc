package io.ballast.bus;

import io.ballast.messages.HostId;
import java.util.Optional;

/**
 * Whom a command is for: a role alone means any one receiver of that role, a role and a host mean
 * the one there.
 */
public record Address(Role role, Optional<HostId> host) {
  public static Address any(Role role) {
    return new Address(role, Optional.empty());
  }

  public static Address at(Role role, HostId host) {
    return new Address(role, Optional.of(host));
  }

  /** Queue name and routing key: {@code scheduler}, {@code host.h1}. */
  @Override
  public String toString() {
    return host.map(name -> role.word() + "." + name).orElse(role.word());
  }
}
