package io.ballast.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.Port;
import io.ballast.messages.RateLimit;
import io.ballast.messages.Reason;
import io.ballast.messages.Vlan;
import io.ballast.messages.VmId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(VertxExtension.class)
final class FileBookTest {
  private static final VmId VM = new VmId(new UUID(1, 2));

  private static final Port FULL =
      new Port(
          new Mac("52:54:00:00:00:01"),
          VM,
          "br0",
          Optional.of(new Vlan.Trunk(List.of(1, 2))),
          List.of(Cidr.of("10.0.0.5/24"), Cidr.of("2001:db8::5/64")),
          Optional.of(RateLimit.of(1_000)),
          Optional.of(RateLimit.of(2_000)),
          true,
          Optional.empty(),
          Optional.of(1400),
          Optional.of("telecom"));

  private static final Port OTHER = Port.of(new Mac("52:54:00:00:00:02"), VM, "br1");

  @TempDir Path folder;

  @Test
  void whatWasKeptIsReadInTheNextLife(Vertx vertx) {
    Path file = folder.resolve("new/net-h1.ports");
    FileBook<Port> book = book(vertx, file);

    assertEquals(List.of(), done(book.open()));
    done(book.keep(List.of(FULL, OTHER)));
    assertEquals(List.of(FULL, OTHER), done(book(vertx, file).open()));
    done(book.keep(List.of(OTHER)));
    assertEquals(List.of(OTHER), done(book(vertx, file).open()));
    done(book.keep(List.of()));
    assertEquals(List.of(), done(book(vertx, file).open()));
  }

  @Test
  void whatACrashLeftBesideItIsNotRead(Vertx vertx) throws IOException {
    Path file = folder.resolve("net-h1.ports");
    FileBook<Port> book = book(vertx, file);
    done(book.open());
    done(book.keep(List.of(OTHER)));
    Files.writeString(folder.resolve("net-h1.ports.new"), "{\"card\":\"52:54:0");

    assertEquals(List.of(OTHER), done(book(vertx, file).open()));
    done(book.keep(List.of(FULL)));
    assertEquals(List.of(FULL), done(book(vertx, file).open()));
  }

  @Test
  void aBookThatCantBeReadIsNeverTakenForAnEmptyOne(Vertx vertx) throws IOException {
    Path file = folder.resolve("net-h1.ports");
    for (String text :
        List.of(
            "{\"card\":\"52:54:00:00:00:01\"}\n",
            "{}\n",
            "null\n",
            "x\n",
            "\n",
            "{\"card\":\"01:00:00:00:00:01\",\"vm\":\"%s\",\"bridge\":\"br0\"}\n".formatted(VM))) {
      Files.writeString(file, text);

      RefusedException refused = refused(book(vertx, file).open());

      assertEquals(Reason.NO_JOURNAL, refused.reason(), text);
      assertTrue(String.valueOf(refused.getMessage()).contains(file.toString()), text);
      assertEquals(text, Files.readString(file));
    }
  }

  @Test
  void aFolderThatTakesNothingRefuses(Vertx vertx) throws IOException {
    Path file = folder.resolve("gone/net-h1.ports");
    FileBook<Port> book = book(vertx, file);
    done(book.open());
    Files.delete(file.getParent());

    assertEquals(Reason.NO_JOURNAL, refused(book.keep(List.of(OTHER))).reason());
  }

  @Test
  void anAddressOutsideIsKeptToo(Vertx vertx) {
    Port shown =
        new Port(
            FULL.card(),
            VM,
            "br0",
            Optional.of(new Vlan.Access(5)),
            FULL.addresses(),
            Optional.empty(),
            Optional.empty(),
            false,
            Optional.of(new IpAddress("203.0.113.5")),
            Optional.empty(),
            Optional.of("telecom"));
    FileBook<Port> book = book(vertx, folder.resolve("book"));
    done(book.open());
    done(book.keep(List.of(shown)));

    assertEquals(List.of(shown), done(book.open()));
  }

  private static FileBook<Port> book(Vertx vertx, Path file) {
    return new FileBook<>(vertx, file, Port.class);
  }

  private static RefusedException refused(Future<?> future) {
    CompletionException failure = assertThrows(CompletionException.class, () -> done(future));
    return assertInstanceOf(RefusedException.class, failure.getCause());
  }

  private static <T> T done(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }
}
