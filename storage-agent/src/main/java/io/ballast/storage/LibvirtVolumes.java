package io.ballast.storage;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Pool;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.libvirt.Connect;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.StoragePool;
import org.libvirt.StoragePoolInfo;
import org.libvirt.jna.Libvirt.VirErrorCallback;

/**
 * The storage pools of a libvirt.
 *
 * <p>All calls run on one thread, one at a time, each question on a read-only connection of its
 * own. A question that is not answered at its deadline fails, and its thread waits on for a daemon
 * that may be frozen; until it comes back, every further question fails at once. So a daemon that
 * hangs costs one thread and one connection, and needs no keepalive: the connection is local, it
 * ends with the daemon, and there is nothing to be done while the daemon stands still.
 */
public final class LibvirtVolumes implements Volumes {
  /** How long a question may take, unless said otherwise. */
  public static final Duration DEFAULT_WITHIN = Duration.ofSeconds(5);

  /** Kept for ever, because libvirt does; without it every error is also printed. */
  private static final VirErrorCallback SILENCE = (user, error) -> {};

  private final Vertx vertx;
  private final String uri;
  private final Duration within;
  private final AtomicBoolean asking = new AtomicBoolean();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("libvirt-storage").daemon().factory());

  /**
   * @param uri the local libvirt, usually {@code qemu:///system}
   * @param within how long a question may take
   */
  public LibvirtVolumes(Vertx vertx, String uri, Duration within) {
    this.vertx = vertx;
    this.uri = uri;
    this.within = within;
  }

  @Override
  public Future<List<Pool>> pools() {
    return ask(this::ask);
  }

  @Override
  public void close() {
    thread.shutdown();
  }

  /** Runs a question on the thread, unless the last one has not come back. */
  Future<List<Pool>> ask(Callable<List<Pool>> question) {
    if (!asking.compareAndSet(false, true)) {
      return Future.failedFuture(stuck());
    }
    Context context = vertx.getOrCreateContext();
    Promise<List<Pool>> promise = Promise.promise();
    long timer = vertx.setTimer(within.toMillis(), late -> promise.tryFail(stuck()));
    thread.execute(
        () -> {
          Future<List<Pool>> answer = answer(question);
          asking.set(false);
          context.runOnContext(
              now -> {
                vertx.cancelTimer(timer);
                answer.onSuccess(promise::tryComplete).onFailure(promise::tryFail);
              });
        });
    return promise.future();
  }

  private Future<List<Pool>> answer(Callable<List<Pool>> question) {
    try {
      return Future.succeededFuture(question.call());
    } catch (Exception | LinkageError e) {
      return Future.failedFuture(
          new RefusedException(
              Reason.TRADE_REFUSED,
              "the pools of %s can't be listed: %s".formatted(uri, e.getMessage())));
    }
  }

  private RefusedException stuck() {
    return new RefusedException(
        Reason.TRADE_REFUSED,
        "libvirt at %s did not list its pools within %d ms; look whether libvirtd hangs"
            .formatted(uri, within.toMillis()));
  }

  private List<Pool> ask() throws LibvirtException, XMLStreamException {
    Connect.setErrorCallback(SILENCE);
    Connect connect = new Connect(uri, true);
    try {
      List<Pool> pools = new ArrayList<>();
      String[] active = connect.listStoragePools();
      String[] inactive = connect.listDefinedStoragePools();
      for (String name : Stream.of(active, inactive).flatMap(Stream::of).toList()) {
        addPool(connect, name, pools);
      }
      pools.sort(Comparator.comparing(Pool::name));
      return pools;
    } finally {
      connect.close();
    }
  }

  /** Adds a pool, if it still exists. */
  private static void addPool(Connect connect, String name, List<Pool> pools)
      throws LibvirtException, XMLStreamException {
    StoragePool pool;
    try {
      pool = connect.storagePoolLookupByName(name);
    } catch (LibvirtException e) {
      if (e.getError().getCode() == ErrorNumber.VIR_ERR_NO_STORAGE_POOL) {
        return;
      }
      throw e;
    }
    try {
      boolean active = pool.isActive() == 1;
      StoragePoolInfo room = pool.getInfo();
      pools.add(
          new Pool(
              name,
              type(pool.getXMLDesc(0)),
              active,
              active ? new Bytes(room.capacity) : Bytes.ZERO,
              active ? new Bytes(room.allocation) : Bytes.ZERO,
              active ? new Bytes(room.available) : Bytes.ZERO));
    } finally {
      pool.free();
    }
  }

  static String type(String xml) throws XMLStreamException {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(xml));
    reader.nextTag();
    String type = reader.getAttributeValue(null, "type");
    return type == null ? "unknown" : type;
  }
}
