package io.ballast.storage;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Pool;
import java.io.StringReader;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.libvirt.Connect;
import org.libvirt.Error.ErrorDomain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.StoragePool;
import org.libvirt.StoragePoolInfo;
import org.libvirt.jna.Libvirt.VirErrorCallback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A read-only connection to a libvirt, by which its storage pools can be listed. It blocks. */
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
      return new PoolConnection(uri, new Connect(uri, true));
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
  public Optional<Pool> pool(String name) {
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

  private Pool read(String name) throws LibvirtException, XMLStreamException {
    StoragePool pool = connect.storagePoolLookupByName(name);
    try {
      String type = type(pool.getXMLDesc(0));
      if (pool.isActive() != 1) {
        return new Pool(name, type, false, Bytes.ZERO, Bytes.ZERO, Bytes.ZERO);
      }
      StoragePoolInfo room = pool.getInfo();
      return new Pool(
          name,
          type,
          true,
          new Bytes(room.capacity),
          new Bytes(room.allocation),
          new Bytes(room.available));
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
    return type == null || type.isBlank() ? "unknown" : type;
  }
}
