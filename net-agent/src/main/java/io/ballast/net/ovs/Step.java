package io.ballast.net.ovs;

import io.ballast.messages.Mac;
import io.ballast.messages.NetOrder.CreateBridge.Datapath;
import io.ballast.messages.RateLimit;
import io.ballast.net.flow.Flow;
import io.ballast.net.ovs.Present.Tags;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One thing to do on an Open vSwitch, so that a port becomes as it is wanted. */
public sealed interface Step {
  /** For which card; absent for what was left by one that nobody knows. */
  Optional<Mac> card();

  /** For a person: what differs until it is done. */
  String text();

  /** For a person: what that consists of, line by line; only the first of many. */
  default List<String> details() {
    return List.of();
  }

  /** A change of the database. */
  sealed interface Configure extends Step {}

  /** Plug a link that is on no bridge. */
  record Plug(Optional<Mac> card, String bridge, String link, Tags tags) implements Configure {
    @Override
    public String text() {
      return "%s is not plugged into %s".formatted(link, bridge);
    }
  }

  /** Move a port from one bridge to another, with all that others wrote on it. */
  record Move(Optional<Mac> card, String port, String link, String from, String to)
      implements Configure {
    @Override
    public String text() {
      return "%s is on %s and not on %s".formatted(link, from, to);
    }
  }

  /** Take a port off its bridge. */
  record Unplug(Optional<Mac> card, String bridge, String link) implements Configure {
    @Override
    public String text() {
      return "%s is still plugged into %s".formatted(link, bridge);
    }
  }

  /** Put our mark on a port, or take all our marks away. */
  record Mark(Optional<Mac> card, String port, String link, Optional<Mac> marked)
      implements Configure {
    @Override
    public String text() {
      return marked.isPresent()
          ? link + " bears no mark of this card"
          : link + " still bears the mark of a card";
    }
  }

  /** Put a port into its VLANs. */
  record Vlans(Optional<Mac> card, String port, Tags present, Tags tags) implements Configure {
    @Override
    public String text() {
      return "its VLAN is %s and not %s".formatted(present, tags);
    }
  }

  /** Limit what is sent to a port, in place of such a limit of ours. */
  record Shape(
      Optional<Mac> card, String port, RateLimit limit, List<String> old, List<String> oldQueues)
      implements Configure {
    @Override
    public String text() {
      return old.isEmpty()
          ? "there is no limit to the guest, which is to be " + limit
          : "the limit to the guest is not " + limit;
    }
  }

  /** Remove limits of ours; from a port, if they are on one. */
  record Unshape(
      Optional<Mac> card, Optional<String> port, List<String> old, List<String> oldQueues)
      implements Configure {
    @Override
    public String text() {
      return port.isPresent()
          ? "there is a limit to the guest"
          : "a limit is left that no port has";
    }
  }

  /** Set the largest packet of a link, or ask for none. */
  record Size(Optional<Mac> card, String port, String link, Optional<Integer> mtu)
      implements Configure {
    @Override
    public String text() {
      return mtu.map(size -> "its MTU is not " + size).orElse("it has an MTU of its own");
    }
  }

  /** Limit what comes from a link where there are no meters, or no longer. */
  record Police(Optional<Mac> card, String port, String link, Optional<RateLimit> limit)
      implements Configure {
    @Override
    public String text() {
      return limit
          .map(each -> "the limit from the guest is not " + each)
          .orElse("there is a limit from the guest");
    }
  }

  /** Make a bridge with our mark. */
  record Create(String bridge, Datapath datapath) implements Configure {
    @Override
    public Optional<Mac> card() {
      return Optional.empty();
    }

    @Override
    public String text() {
      return "there is no bridge " + bridge;
    }
  }

  /** Remove a bridge. */
  record Delete(String bridge) implements Configure {
    @Override
    public Optional<Mac> card() {
      return Optional.empty();
    }

    @Override
    public String text() {
      return "there is a bridge " + bridge;
    }
  }

  /** Change one meter. */
  sealed interface Meter extends Step {
    /** Of which bridge. */
    String bridge();
  }

  /**
   * Have a meter.
   *
   * @param replaces one that is there
   */
  record SetMeter(Optional<Mac> card, String bridge, int number, RateLimit limit, boolean replaces)
      implements Meter {
    @Override
    public String text() {
      return replaces
          ? "the limit from the guest is not " + limit
          : "there is no limit from the guest, which is to be " + limit;
    }
  }

  /** Remove a meter of ours. */
  record RemoveMeter(Optional<Mac> card, String bridge, int number) implements Meter {
    @Override
    public String text() {
      return "a meter is left that no card needs";
    }
  }

  /** Change the flows of a card on a bridge. */
  record Program(Optional<Mac> card, String bridge, List<Flow> remove, List<Flow> add)
      implements Step {
    private static final int MOST_DETAILS = 8;

    public Program {
      remove = List.copyOf(remove);
      add = List.copyOf(add);
    }

    @Override
    public String text() {
      return add.isEmpty()
          ? "%d of its flows on %s are too many".formatted(remove.size(), bridge)
          : "%d of its flows on %s are missing".formatted(add.size(), bridge);
    }

    @Override
    public List<String> details() {
      return Stream.concat(
              add.stream().map(flow -> "missing: " + flow),
              remove.stream().map(flow -> "too many: " + flow))
          .limit(MOST_DETAILS)
          .toList();
    }
  }
}
