package io.ballast.ops.crash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.ballast.agent.Forgetful;
import io.ballast.bus.json.Codec;
import io.ballast.bus.rabbit.RabbitBus;
import io.ballast.host.HostAgent;
import io.ballast.host.HostAgentConfig;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.ops.TestBroker;
import io.ballast.ops.client.Credentials;
import io.ballast.ops.config.BusSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody who may write to the bus and means harm: refused each time, and the agent beats on. */
final class HostileIT {
  private static final HostId H1 = new HostId("h1");
  private static final HostId H2 = new HostId("h2");
  private static final VmId WEB = VmId.of("11111111-1111-1111-1111-111111111111");
  private static final String VM = "{\"vm\":\"" + WEB + "\"}";
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @TempDir Path world;

  private final Vertx vertx = Vertx.vertx();
  private final TestBroker broker = new TestBroker();
  private final BlockingQueue<Reply> replies = new LinkedBlockingQueue<>();
  private final List<HostBeat> beats = new CopyOnWriteArrayList<>();
  private PaperHypervisor hypervisor;
  private RabbitBus bus;
  private Connection connection;
  private Channel channel;
  private String user;

  @BeforeEach
  void join() throws Exception {
    hypervisor = new PaperHypervisor(vertx, world, H1);
    hypervisor.put(WEB, VmState.SHUT_OFF);
    bus =
        RabbitBus.connect(
            vertx,
            Credentials.busOptions(BusSettings.DEFAULT.with(broker.credentials()), "agent.h1"));
    await(
        bus.serve(
            HostBeat.class,
            beat -> {
              if (beat.pulse().host().equals(H1)) {
                beats.add(beat);
              }
            }));
    deploy(H1, "qemu+tcp://10.0.0.1/system", hypervisor);
    deploy(H2, "qemu+tcp://10.0.0.2/system", new PaperHypervisor(vertx, world, H2));
    Properties credentials = new Properties();
    try (Reader reader = Files.newBufferedReader(broker.credentials())) {
      credentials.load(reader);
    }
    user = credentials.getProperty("user");
    ConnectionFactory factory = new ConnectionFactory();
    factory.setPort(Integer.parseInt(credentials.getProperty("port")));
    factory.setUsername(user);
    factory.setPassword(credentials.getProperty("password"));
    connection = factory.newConnection();
    channel = connection.createChannel();
    channel.basicConsume(
        "amq.rabbitmq.reply-to",
        true,
        (tag, reply) ->
            replies.add((Reply) Codec.decode(reply.getProperties().getType(), reply.getBody())),
        tag -> {});
  }

  private void deploy(HostId host, String peerUri, PaperHypervisor paper) {
    await(
        vertx.deployVerticle(
            new HostAgent(
                HostAgentConfig.of(host, "lab", "test", peerUri)
                    .beatingEvery(Duration.ofMillis(500)),
                bus,
                new Forgetful(Instant.EPOCH),
                new HostAgent.Machine(paper, CrashingAgents.METER),
                new SimpleMeterRegistry(),
                Clock.systemUTC())));
  }

  @AfterEach
  void leave() {
    connection.abort();
    await(vertx.close());
    broker.close();
  }

  @Test
  void whoMeansHarmIsRefusedAndTheAgentBeatsOn() throws Exception {
    assertRefused(Reason.NOT_ALLOWED, "host.start", VM, Map.of(), Optional.empty());
    assertRefused(Reason.NOT_ALLOWED, "host.start", VM, Map.of("epoch", Long.MAX_VALUE));
    assertRefused(Reason.STALE_EPOCH, "host.start", VM, Map.of("epoch", -1L));
    assertRefused(Reason.MALFORMED, "host.start", VM, Map.of("epoch", "7"));
    assertRefused(Reason.MALFORMED, "host.start", VM, Map.of("within", Long.MAX_VALUE));
    for (String within : List.of("P36500D", "PT9223372036854775807S", "-PT1S", "PT0S")) {
      assertRefused(
          Reason.MALFORMED, "host.shut-down", body("\"within\":\"" + within + "\""), Map.of());
    }
    addresses();
    descriptions();
    noWayBack();

    assertEquals(List.of(), hypervisor.effects(), "nothing was done");
    assertTrue(
        ask("host.start", VM, Map.of("epoch", 5L), Optional.empty()) instanceof Reply.Accepted);
    assertRefused(Reason.STALE_EPOCH, "host.start", VM, Map.of("epoch", 4L));
    int told = beats.size();
    Awaitility.await().atMost(PATIENCE).until(() -> beats.size() > told + 1);
    assertTrue(channel.isOpen(), "and nobody's channel was closed");
  }

  private static String body(String more) {
    return "{\"vm\":\"" + WEB + "\"," + more + "}";
  }

  private void addresses() throws Exception {
    hypervisor.put(WEB, VmState.RUNNING);
    for (String uri :
        List.of(
            "qemu+ext://10.0.0.2/system?command=/tmp/x",
            "qemu+ssh://10.0.0.2/system?command=/tmp/x",
            "qemu+tcp://10.0.0.2/system?command=/tmp/x",
            "qemu+tcp://8.8.8.8/system")) {
      assertRefused(
          Reason.NOT_ALLOWED,
          "host.migrate",
          body(
              "\"to\":\"h2\",\"peerUri\":\"%s\",\"maxDowntime\":\"PT1S\",\"within\":\"PT1M\""
                  .formatted(uri)),
          Map.of());
    }
    hypervisor.put(WEB, VmState.SHUT_OFF);
  }

  private void descriptions() throws Exception {
    for (String part :
        List.of(
            "<commandline xmlns='http://libvirt.org/schemas/domain/qemu/1.0'><arg value='-x'/>"
                + "</commandline>",
            "<devices><emulator>/tmp/x</emulator></devices>",
            "<os><type>hvm</type><kernel>/tmp/x</kernel></os>",
            "<os><type>hvm</type><initrd>/root/x</initrd></os>",
            "<devices><disk type='file'><source file='/etc/shadow'/><target dev='vda'/></disk>"
                + "</devices>",
            "<devices><disk type='block'><source dev='/dev/sda'/><target dev='vda'/></disk>"
                + "</devices>",
            "<devices><hostdev mode='subsystem' type='pci'><source><address domain='0' bus='0'"
                + " slot='2' function='0'/></source></hostdev></devices>",
            "<devices><filesystem type='mount'><source dir='/'/><target dir='x'/></filesystem>"
                + "</devices>",
            "<devices><serial type='file'><source path='/etc/cron.d/x'/></serial></devices>")) {
      String xml =
          "<domain type='kvm'><name>x</name><uuid>%s</uuid>%s</domain>"
              .formatted(UUID.randomUUID(), part);
      assertRefused(Reason.NOT_ALLOWED, "host.define", "{\"xml\":\"" + xml + "\"}", Map.of());
    }
  }

  /**
   * Replies that nobody takes, or that come back as if they were commands. The property {@code
   * ballast.replies} says how many of each kind.
   */
  private void noWayBack() throws IOException {
    for (int i = 0; i < Integer.getInteger("ballast.replies", 2_000); i++) {
      for (String place : List.of("nowhere", "calls.host.h1", "host.h1", "dead-letters")) {
        channel.basicPublish(
            "calls",
            "host.h1",
            new AMQP.BasicProperties.Builder()
                .type("host.inspect-host")
                .messageId("m" + i + place)
                .replyTo(place)
                .correlationId("c" + i)
                .build(),
            "{}".getBytes(UTF_8));
      }
    }
  }

  private void assertRefused(Reason reason, String kind, String body, Map<String, Object> headers)
      throws Exception {
    assertRefused(reason, kind, body, headers, Optional.of(user));
  }

  private void assertRefused(
      Reason reason, String kind, String body, Map<String, Object> headers, Optional<String> from)
      throws Exception {
    Reply reply = ask(kind, body, headers, from);
    assertTrue(reply instanceof Reply.Refused, () -> kind + " " + body + ": " + reply);
    Reply.Refused refused = (Reply.Refused) reply;
    assertEquals(reason, refused.reason(), () -> kind + " " + body + ": " + refused.message());
  }

  private Reply ask(String kind, String body, Map<String, Object> headers, Optional<String> from)
      throws Exception {
    channel.basicPublish(
        "calls",
        "host.h1",
        new AMQP.BasicProperties.Builder()
            .type(kind)
            .messageId(UUID.randomUUID().toString())
            .replyTo("amq.rabbitmq.reply-to")
            .correlationId("x")
            .userId(from.orElse(null))
            .headers(headers)
            .build(),
        body.getBytes(UTF_8));
    Reply reply = replies.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertTrue(reply != null, () -> kind + " was not answered");
    return reply;
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }
}
