package io.ballast.storage.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.PoolOrder;
import io.ballast.messages.PoolOrder.DefinePool;
import io.ballast.messages.PoolSource;
import io.ballast.messages.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.libvirt.Connect;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.StoragePool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A change of a pool by libvirt, each of which can be repeated. It blocks. */
record PoolChange(Connect connect) {
  private static final Logger LOG = LoggerFactory.getLogger(PoolChange.class);

  /** Describes a pool as it was defined, without what libvirt found out since. */
  private static final int AS_DEFINED = 1;

  /** Work on a pool, which libvirt may refuse. */
  private interface Step {
    void on(StoragePool pool) throws LibvirtException;
  }

  /**
   * Carries it out.
   *
   * @throws RefusedException as {@code NAME_TAKEN} or {@code WRONG_STATE}
   * @throws LibvirtException with libvirt's words, {@code VIR_ERR_NO_STORAGE_POOL} among them
   */
  void carryOut(PoolOrder order) throws LibvirtException {
    switch (order) {
      case DefinePool define -> define(define);
      case PoolOrder.StartPool start -> with(known(start.pool()), PoolChange::start);
      case PoolOrder.RefreshPool refresh -> with(known(refresh.pool()), pool -> pool.refresh(0));
      case PoolOrder.StopPool stop -> with(known(stop.pool()), PoolChange::stop);
      case PoolOrder.ForgetPool forget -> {
        Optional<StoragePool> pool = find(forget.pool());
        if (pool.isPresent()) {
          with(pool.get(), PoolChange::forget);
        }
      }
    }
  }

  private static void with(StoragePool pool, Step step) throws LibvirtException {
    try {
      step.on(pool);
    } finally {
      pool.free();
    }
  }

  private StoragePool known(String name) throws LibvirtException {
    return connect.storagePoolLookupByName(name);
  }

  private Optional<StoragePool> find(String name) throws LibvirtException {
    try {
      return Optional.of(known(name));
    } catch (LibvirtException e) {
      if (e.getError().getCode() == ErrorNumber.VIR_ERR_NO_STORAGE_POOL) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private void define(DefinePool order) throws LibvirtException {
    Optional<StoragePool> there = find(order.pool());
    if (there.isPresent()) {
      with(there.get(), pool -> keep(pool, order));
      return;
    }
    unshared(order.source());
    String xml = PoolXml.of(order.pool(), Optional.empty(), order.source());
    with(connect.storagePoolDefineXML(xml, 0), pool -> startNew(pool, order));
  }

  /** Each disk would have two names, and work on it under one would not be seen under the other. */
  private void unshared(PoolSource source) throws LibvirtException {
    List<String> names = new ArrayList<>(List.of(connect.listStoragePools()));
    names.addAll(List.of(connect.listDefinedStoragePools()));
    for (String name : names) {
      Optional<StoragePool> pool = find(name);
      if (pool.isPresent()) {
        with(pool.get(), there -> unlike(there, source));
      }
    }
  }

  private static void unlike(StoragePool pool, PoolSource source) throws LibvirtException {
    if (PoolXml.source(Xml.of(pool.getXMLDesc(AS_DEFINED)))
        .equals(Optional.of(PoolXml.asKept(source)))) {
      throw new RefusedException(
          Reason.NAME_TAKEN,
          "pool '%s' is made of %s already; use that, or forget it first"
              .formatted(pool.getName(), source));
    }
  }

  /** A pool that is there already: of the same, or not to be touched. */
  private void keep(StoragePool pool, DefinePool order) throws LibvirtException {
    Optional<PoolSource> source = PoolXml.source(Xml.of(pool.getXMLDesc(AS_DEFINED)));
    if (!source.equals(Optional.of(PoolXml.asKept(order.source())))) {
      throw new RefusedException(
          Reason.NAME_TAKEN,
          "pool '%s' is there already%s; choose another name, or forget that one first"
              .formatted(order.pool(), source.map(it -> ": " + it).orElse("")));
    }
    if (pool.isPersistent() != 1) {
      String xml = PoolXml.of(order.pool(), Optional.of(pool.getUUIDString()), order.source());
      connect.storagePoolDefineXML(xml, 0).free();
    }
    makeReady(pool, order.source());
  }

  /** What can't be started is not kept. */
  private static void startNew(StoragePool pool, DefinePool order) throws LibvirtException {
    try {
      makeReady(pool, order.source());
    } catch (LibvirtException e) {
      undo(pool);
      throw e;
    }
  }

  private static void makeReady(StoragePool pool, PoolSource source) throws LibvirtException {
    if (pool.isActive() != 1) {
      switch (source) {
        // Makes the folder, and nothing in it.
        case PoolSource.Folder folder -> pool.build(0);
        case PoolSource.FileSystem mounted -> pool.build(0);
        case PoolSource.Network mounted -> pool.build(0);
        case PoolSource.VolumeGroup group -> {}
        case PoolSource.Rbd rbd -> {}
      }
    }
    start(pool);
  }

  private static void undo(StoragePool pool) {
    try {
      stop(pool);
      pool.undefine();
    } catch (LibvirtException e) {
      LOG.warn("A pool that can't be started stays defined: {}", e.getMessage());
    }
  }

  private static void start(StoragePool pool) throws LibvirtException {
    if (pool.isActive() != 1) {
      pool.create(0);
    }
    if (pool.isPersistent() == 1) {
      pool.setAutostart(1);
    }
  }

  private static void stop(StoragePool pool) throws LibvirtException {
    boolean kept = pool.isPersistent() == 1;
    if (pool.isActive() == 1) {
      pool.destroy();
    }
    if (kept) {
      pool.setAutostart(0);
    }
  }

  private static void forget(StoragePool pool) throws LibvirtException {
    if (pool.isActive() == 1) {
      throw new RefusedException(
          Reason.WRONG_STATE,
          "pool '%s' is active; stop it first, with 'ballast pool stop'".formatted(pool.getName()));
    }
    pool.undefine();
  }
}
