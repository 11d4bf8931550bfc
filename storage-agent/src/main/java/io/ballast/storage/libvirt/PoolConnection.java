package io.ballast.storage.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.PoolOrder;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Pool;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorDomain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.StoragePool;
import org.libvirt.StoragePoolInfo;
import org.libvirt.StorageVol;
import org.libvirt.jna.Libvirt.VirErrorCallback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection to a libvirt, by which its storage pools can be looked at. It blocks. */
final class PoolConnection implements Pools {
  private static final Logger LOG = LoggerFactory.getLogger(PoolConnection.class);

  /** Kept for ever, because libvirt does; without it every error is also printed. */
  private static final VirErrorCallback SILENCE = (user, error) -> {};

  private final String uri;
  private final Connect connect;
  private boolean broken;

  private PoolConnection(String uri, Connect connect) {
    this.uri = uri;
    this.connect = connect;
  }

  static PoolConnection open(String uri) {
    try {
      Connect.setErrorCallback(SILENCE);
      return new PoolConnection(uri, new Connect(uri));
    } catch (LibvirtException | LinkageError e) {
      throw refused("the pools of " + uri + " can't be listed", e);
    }
  }

  @Override
  public Optional<RefusedException> lost() {
    try {
      if (!broken && connect.isAlive()) {
        return Optional.empty();
      }
    } catch (LibvirtException e) {
      LOG.debug("{}: {}", uri, e.getMessage());
    }
    return Optional.of(
        new RefusedException(
            Reason.TRADE_REFUSED,
            "libvirt at %s closed the connection; look whether libvirtd runs".formatted(uri)));
  }

  @Override
  public void end() {
    try {
      connect.close();
    } catch (LibvirtException e) {
      LOG.debug("closing the connection to {}: {}", uri, e.getMessage());
    }
  }

  @Override
  public List<String> names() {
    try {
      return Stream.of(connect.listStoragePools(), connect.listDefinedStoragePools())
          .flatMap(Stream::of)
          .distinct()
          .toList();
    } catch (LibvirtException e) {
      throw failed("the pools of " + uri + " can't be listed", e);
    }
  }

  @Override
  public Optional<Shelf> bare(String name) {
    String what = "pool " + name + " of " + uri + " can't be read";
    try {
      return Optional.of(read(name));
    } catch (LibvirtException e) {
      if (e.getError().getCode() == ErrorNumber.VIR_ERR_NO_STORAGE_POOL) {
        return Optional.empty();
      }
      throw failed(what, e);
    } catch (XMLStreamException | IllegalArgumentException e) {
      throw refused(what, e);
    }
  }

  private RefusedException failed(String what, LibvirtException e) {
    broken |= e.getError().getDomain() == ErrorDomain.VIR_FROM_RPC;
    return refused(what, e);
  }

  private static RefusedException refused(String what, Throwable why) {
    return new RefusedException(Reason.TRADE_REFUSED, what + ": " + why.getMessage());
  }

  private Shelf read(String name) throws LibvirtException, XMLStreamException {
    StoragePool pool = connect.storagePoolLookupByName(name);
    try {
      String xml = pool.getXMLDesc(0);
      String type = type(xml);
      Optional<Boolean> autostart = Optional.of(pool.getAutostart());
      if (pool.isActive() != 1) {
        return new Shelf(
            new Pool(name, type, false, Bytes.ZERO, Bytes.ZERO, Bytes.ZERO, autostart),
            "",
            Shelf.Access.USUAL,
            List.of());
      }
      StoragePoolInfo room = pool.getInfo();
      Xml described = Xml.of(xml);
      return new Shelf(
          new Pool(
              name,
              type,
              true,
              Bytes.ofUnsigned(room.capacity),
              Bytes.ofUnsigned(room.allocation),
              Bytes.ofUnsigned(room.available),
              autostart),
          place(name, type, described),
          Shelf.Access.of(described),
          List.of());
    } finally {
      pool.free();
    }
  }

  private static String place(String name, String type, Xml described) {
    return switch (Shelf.Kind.of(type)) {
      case RBD -> described.text("source/name").orElse("");
      case GROUP -> described.text("source/name").orElse(name);
      case FOLDER, OTHER -> described.text("target/path").orElse("");
    };
  }

  @Override
  public Shelf shelf(String name) {
    String what = "pool " + name + " of " + uri + " can't be read";
    try {
      StoragePool pool = connect.storagePoolLookupByName(name);
      try {
        return shelf(name, pool);
      } finally {
        pool.free();
      }
    } catch (LibvirtException e) {
      if (e.getError().getCode() == ErrorNumber.VIR_ERR_NO_STORAGE_POOL) {
        throw unknown(name);
      }
      throw failed(what, e);
    } catch (XMLStreamException | IllegalArgumentException e) {
      throw refused(what, e);
    }
  }

  private RefusedException unknown(String name) {
    return new RefusedException(
        Reason.UNKNOWN_POOL,
        "this host has no pool '%s'; 'ballast pool list' shows them".formatted(name));
  }

  private Shelf shelf(String name, StoragePool pool) throws LibvirtException, XMLStreamException {
    if (pool.isActive() != 1) {
      throw new RefusedException(
          Reason.WRONG_STATE,
          "pool '%s' is not active; start it with 'ballast pool start'".formatted(name));
    }
    pool.refresh(0);
    List<Shelf.Item> items = new ArrayList<>();
    for (String item : pool.listVolumes()) {
      item(pool, item).ifPresent(items::add);
    }
    items.sort(Comparator.comparing(Shelf.Item::name));
    Shelf bare = read(name);
    switch (bare.kind()) {
      case RBD -> items.replaceAll(Shelf.Item::ofCeph);
      case GROUP -> items.removeIf(item -> Part.isSnapshot(item.name()));
      case FOLDER, OTHER -> {}
    }
    return new Shelf(bare.pool(), bare.place(), bare.access(), items);
  }

  /** A volume; empty if it is gone by now. */
  private static Optional<Shelf.Item> item(StoragePool pool, String name) throws LibvirtException {
    try {
      StorageVol volume = pool.storageVolLookupByName(name);
      try {
        return Optional.of(Shelf.Item.of(volume.getXMLDesc(0)));
      } catch (IllegalArgumentException e) {
        // It may build upon any other, so nothing can be said of them either.
        throw new IllegalArgumentException("volume " + name + ": " + e.getMessage(), e);
      } finally {
        volume.free();
      }
    } catch (LibvirtException e) {
      if (e.getError().getCode() == ErrorNumber.VIR_ERR_NO_STORAGE_VOL) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public List<Tenant> tenants() {
    try {
      List<Tenant> tenants = new ArrayList<>();
      for (Domain domain : connect.listAllDomains(0)) {
        try {
          tenants.addAll(tenants(domain));
        } finally {
          domain.free();
        }
      }
      return tenants;
    } catch (LibvirtException e) {
      throw failed("the VMs of " + uri + " can't be listed", e);
    } catch (IllegalArgumentException e) {
      throw refused("the VMs of " + uri + " can't be listed", e);
    }
  }

  /** A domain as it is, and what it will use besides when it is started the next time. */
  private static List<Tenant> tenants(Domain domain) throws LibvirtException {
    try {
      boolean active = domain.isActive() == 1;
      boolean saved = !active && domain.hasManagedSaveImage() == 1;
      Tenant now = Tenant.of(domain.getXMLDesc(0), active || saved);
      return active && domain.isPersistent() == 1
          ? List.of(now, Tenant.of(domain.getXMLDesc(Domain.XMLFlags.INACTIVE), false).without(now))
          : List.of(now);
    } catch (LibvirtException e) {
      if (e.getError().getCode() == ErrorNumber.VIR_ERR_NO_DOMAIN) {
        return List.of();
      }
      throw e;
    }
  }

  @Override
  public void carryOut(PoolOrder order) {
    try {
      new PoolChange(connect).carryOut(order);
    } catch (LibvirtException e) {
      throw e.getError().getCode() == ErrorNumber.VIR_ERR_NO_STORAGE_POOL
          ? unknown(order.pool())
          : failed("pool " + order.pool() + " of " + uri + " can't be changed", e);
    }
  }

  static String type(String xml) throws XMLStreamException {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(xml));
    reader.nextTag();
    String type = reader.getAttributeValue(null, "type");
    return type == null || type.isBlank() ? "unknown" : type;
  }
}
