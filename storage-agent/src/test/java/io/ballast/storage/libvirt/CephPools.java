package io.ballast.storage.libvirt;

import static io.ballast.storage.trade.Proving.answer;

import io.ballast.messages.PoolOrder.DefinePool;
import io.ballast.messages.PoolSource;
import io.ballast.testing.Ceph;
import io.ballast.testing.Lab;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A real Ceph, its pools {@code ceph-rbd} and {@code ceph-other} in the host of a lab, and the work
 * on them.
 */
final class CephPools implements AutoCloseable {
  /** In which secret of the host the key of Ceph's user lies. */
  static final String SECRET = "5ec4e700-0000-4000-8000-000000000001";

  private final Path exchange;
  private final Vertx vertx = Vertx.vertx();
  private final Ceph ceph = Ceph.up();
  private final Lab lab = Lab.up(1);
  private final LibvirtVolumes volumes;

  /** Starts all of it. */
  CephPools(Path exchange) throws IOException {
    this.exchange = exchange;
    lab.virsh(
        1,
        "secret-define",
        file(
            """
            <secret ephemeral='no' private='yes'>
              <uuid>%s</uuid>
              <usage type='ceph'><name>ceph of the lab</name></usage>
            </secret>
            """
                .formatted(SECRET)));
    lab.virsh(1, "secret-set-value", SECRET, "--file", ceph.keyFile().toString());
    volumes =
        new LibvirtVolumes(
            vertx,
            lab.uri(1),
            Duration.ofSeconds(20),
            new LibvirtVolumes.Places(exchange, ceph.conf()));
    for (String pool : List.of("rbd", "other")) {
      answer(volumes.carryOut(new DefinePool("ceph-" + pool, source(pool, Ceph.ADDRESS))));
    }
  }

  private static PoolSource source(String pool, String monitor) {
    return new PoolSource.Rbd(
        List.of(monitor), pool, Ceph.USER, Optional.of(UUID.fromString(SECRET)));
  }

  /** A pool of Ceph that no pool of the host is made of yet, by the port of the old protocol. */
  PoolSource another() {
    String pool = "pool-" + UUID.randomUUID();
    ceph.add(pool);
    return source(pool, Ceph.ADDRESS + ":6789");
  }

  private String file(String xml) throws IOException {
    return Files.writeString(Files.createTempFile(exchange, "lab", ".xml"), xml).toString();
  }

  Ceph ceph() {
    return ceph;
  }

  Lab lab() {
    return lab;
  }

  LibvirtVolumes volumes() {
    return volumes;
  }

  @Override
  public void close() {
    volumes.close();
    lab.close();
    ceph.close();
    answer(vertx.close());
  }
}
