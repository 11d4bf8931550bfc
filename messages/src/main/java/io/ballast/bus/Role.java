package io.ballast.bus;

/** What a receiver of commands does for the fleet. */
public enum Role {
  /** Folds beats into one picture and decides. */
  SCHEDULER("scheduler"),
  /** Runs the virtual machines of a host. */
  HOST("host"),
  /** Keeps the disks of a host. */
  STORAGE("storage"),
  /** Keeps the network of a host. */
  NET("net");

  private final String word;

  Role(String word) {
    this.word = word;
  }

  /** The role in queue names and routing keys. */
  public String word() {
    return word;
  }
}
