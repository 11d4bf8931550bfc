package io.ballast.storage.libvirt;

import io.ballast.agent.RestMark;
import io.ballast.messages.OperationId;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What libvirt keeps with a machine that was brought to rest. It goes when the machine is shut off.
 *
 * @param operation by which
 */
record Resting(String operation, Guests.Rest how) {
  static final String PREFIX = "ballast";
  static final String NAMESPACE = RestMark.NAMESPACE;

  /** What is kept. */
  static String by(OperationId operation, Guests.Rest how) {
    String id = operation.value().replace("&", "&amp;").replace("<", "&lt;").replace("'", "&apos;");
    return "<rest operation='%s' how='%s'/>".formatted(id, how);
  }

  /** By whom and how the machine of a description was brought to rest; empty if it was not. */
  static Optional<Resting> of(String xml) {
    return Xml.of(xml)
        .at("metadata/" + PREFIX + ":rest")
        .flatMap(
            rest ->
                rest.attribute("how")
                    .flatMap(Resting::known)
                    .map(how -> new Resting(rest.attribute("operation").orElse(""), how)));
  }

  private static Optional<Guests.Rest> known(String how) {
    return Stream.of(Guests.Rest.values()).filter(it -> it.name().equals(how)).findFirst();
  }

  /**
   * Whether libvirt's words about what a guest's agent was asked say that it did not get that, or
   * answered that it can't; else it may do so yet.
   */
  static boolean isAnswer(String words) {
    return Stream.of(
            "agent is not connected",
            "agent is not configured",
            "agent not available for now",
            "agent is not available due to an error",
            "unable to execute QEMU agent command",
            "has nothing to freeze")
        .anyMatch(words::contains);
  }
}
