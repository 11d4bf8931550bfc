package io.ballast.messages;

/** Work on a network of a host's libvirt, for hosts on which bridges are not made by hand. */
public sealed interface NetworkOrder extends NetOrder {
  /** Its name. */
  String network();

  @Override
  default String object() {
    return "network " + network();
  }

  /**
   * Make a network known to libvirt, start it, and have it started whenever the host starts. One of
   * that name and form that is ours may be there already.
   */
  record DefineNetwork(String network, NetworkForm form) implements NetworkOrder {
    public DefineNetwork {
      Fields.word(network, "network");
      Fields.required(form, "form");
    }
  }

  /** Have it usable, now and whenever the host starts. Succeeds if it is. */
  record StartNetwork(String network) implements NetworkOrder {
    public StartNetwork {
      Fields.word(network, "network");
    }
  }

  /** Let go of a network of ours that no guest uses, until it is started again. */
  record StopNetwork(String network) implements NetworkOrder {
    public StopNetwork {
      Fields.word(network, "network");
    }
  }

  /** Forget a network of ours that is not active. Succeeds if there is none. */
  record ForgetNetwork(String network) implements NetworkOrder {
    public ForgetNetwork {
      Fields.word(network, "network");
    }
  }
}
