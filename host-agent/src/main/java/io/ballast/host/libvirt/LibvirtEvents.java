package io.ballast.host.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.Library;
import org.libvirt.LibvirtException;
import org.libvirt.jna.Libvirt.VirErrorCallback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loop of the native library, one for the whole process: it keeps connections alive and
 * notices when they are not. It runs on a daemon thread from the first need until the process ends,
 * because the library has no way to give it back.
 */
final class LibvirtEvents {
  private static final Logger LOG = LoggerFactory.getLogger(LibvirtEvents.class);

  /** What libvirt would otherwise write to the standard error; each error reaches its caller. */
  private static final VirErrorCallback SILENCE = (user, error) -> {};

  private static @Nullable Thread thread;

  private LibvirtEvents() {}

  /** Starts the loop if it does not run. Must have happened before a connection is opened. */
  static synchronized void start() {
    if (thread != null) {
      return;
    }
    try {
      Connect.setErrorCallback(SILENCE);
      Library.initEventLoop();
    } catch (LibvirtException | LinkageError e) {
      throw new RefusedException(
          Reason.HYPERVISOR_UNREACHABLE,
          "the libvirt library can't be used: " + e.getMessage() + ". Install libvirt0.");
    }
    thread = Thread.ofPlatform().daemon().name("libvirt events").start(LibvirtEvents::run);
  }

  private static void run() {
    while (true) {
      try {
        Library.processEvent();
      } catch (LibvirtException e) {
        LOG.warn("the event loop of libvirt failed once: {}", e.getMessage());
      }
    }
  }
}
