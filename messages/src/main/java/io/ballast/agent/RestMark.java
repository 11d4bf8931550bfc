package io.ballast.agent;

/**
 * The mark of a domain that an agent has brought to rest for a moment, in the metadata that libvirt
 * keeps of it while it is active. What makes a domain wake must not be kept from reaching it: as
 * long as it bears the mark it stays where it is.
 */
public final class RestMark {
  /** The name space of the mark. */
  public static final String NAMESPACE = "urn:ballast:rest";

  private RestMark() {}

  /** Whether a domain with such a description rests. */
  public static boolean isIn(String xml) {
    return xml.contains(NAMESPACE);
  }
}
