package io.ballast.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Lets every wait of a test last up to a minute unless it says otherwise: it ends when its
 * condition holds, so that only a failure takes long, and a busy machine is no failure.
 */
public final class GenerousWaits implements LauncherSessionListener {
  @Override
  public void launcherSessionOpened(LauncherSession session) {
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
  }
}
