package io.ballast.agent;

import io.ballast.testing.VirtualTime;
import java.time.Duration;

/** The loop of one life: after that nothing runs on it any more. */
final class MortalLoop implements Loop {
  private final VirtualTime time;
  private boolean dead;

  MortalLoop(VirtualTime time) {
    this.time = time;
  }

  void kill() {
    dead = true;
  }

  @Override
  public void run(Runnable action) {
    time.run(alive(action));
  }

  @Override
  public Timer after(Duration delay, Runnable action) {
    return time.after(delay, alive(action));
  }

  private Runnable alive(Runnable action) {
    return () -> {
      if (!dead) {
        action.run();
      }
    };
  }

  @Override
  public Duration now() {
    return time.now();
  }
}
