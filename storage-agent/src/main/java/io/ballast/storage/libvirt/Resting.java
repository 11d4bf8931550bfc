package io.ballast.storage.libvirt;

import io.ballast.messages.OperationId;
import java.util.Optional;

/**
 * What libvirt keeps with a machine that was brought to rest: by which operation, and how. It goes
 * when the machine is shut off.
 */
final class Resting {
  static final String PREFIX = "ballast";
  static final String NAMESPACE = "urn:ballast:rest";

  private Resting() {}

  /** What is kept. */
  static String by(OperationId operation, Guests.Rest how) {
    String id = operation.value().replace("&", "&amp;").replace("<", "&lt;").replace("'", "&apos;");
    return "<rest operation='%s' how='%s'/>".formatted(id, how);
  }

  /** How an operation has brought the machine of a description to rest; empty if it has not. */
  static Optional<Guests.Rest> of(String xml, OperationId operation) {
    return Xml.of(xml)
        .at("metadata/" + PREFIX + ":rest")
        .filter(rest -> rest.attribute("operation").equals(Optional.of(operation.value())))
        .flatMap(rest -> rest.attribute("how"))
        .flatMap(Resting::known);
  }

  private static Optional<Guests.Rest> known(String how) {
    for (Guests.Rest rest : Guests.Rest.values()) {
      if (rest.name().equals(how)) {
        return Optional.of(rest);
      }
    }
    return Optional.empty();
  }
}
