package io.ballast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Outcome;
import io.ballast.messages.PoolOrder.DefinePool;
import io.ballast.messages.PoolOrder.ForgetPool;
import io.ballast.messages.PoolOrder.StartPool;
import io.ballast.messages.PoolOrder.StopPool;
import io.ballast.messages.PoolSource;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.Volume.Preallocation;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.CreateVolume;
import io.ballast.messages.VolumeOrder.ExportVolume;
import io.ballast.messages.VolumeOrder.ResizeVolume;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Commands on pools to a storage agent, over the bus of one process and a fake storage. */
final class PoolCommandsTest {
  private static final Outcome DONE = new Outcome.Done(Optional.empty());
  private static final PoolSource FOLDER = new PoolSource.Folder("/srv/fast");
  private static final VolumeId WEB1 = new VolumeId("images", "web1.qcow2");

  private final Commanded agent = new Commanded();

  @AfterEach
  void close() {
    agent.close();
  }

  private static VolumeOrder create(VolumeId volume) {
    return new CreateVolume(
        volume, Format.QCOW2, Bytes.ofMiB(8), Preallocation.OFF, Optional.empty());
  }

  @Test
  void aPoolIsMadeAndUsedStoppedAndForgotten() {
    assertEquals(DONE, agent.end(new DefinePool("fast", FOLDER)));
    assertEquals(DONE, agent.end(create(new VolumeId("fast", "web1.qcow2"))));
    assertEquals(Reason.WRONG_STATE, agent.failure(new ForgetPool("fast")));
    assertEquals(DONE, agent.end(new StopPool("fast")));
    assertEquals(DONE, agent.end(new StopPool("fast")));
    assertEquals(DONE, agent.end(new StartPool("fast")));
    assertEquals(DONE, agent.end(new StopPool("fast")));
    assertEquals(DONE, agent.end(new ForgetPool("fast")));
    assertEquals(DONE, agent.end(new ForgetPool("fast")), "what is gone can be forgotten");
  }

  @Test
  void aFolderThatTheHostDoesNotAllowIsNoPool() {
    assertEquals(
        Reason.NOT_ALLOWED,
        agent.refusal(new DefinePool("etc", new PoolSource.Folder("/etc"))).reason());
    assertEquals(Reason.MALFORMED, agent.refusal(new DefinePool("-o", FOLDER)).reason());
  }

  @Test
  void ofTwoPoolsThatAreMadeUnderOneNameAtOnceOneIs() {
    List<Optional<Reason>> ends =
        agent.atOnce(
            new DefinePool("fast", FOLDER),
            new DefinePool("fast", new PoolSource.Folder("/srv/other")));

    assertOneOf(ends);
    assertEquals(DONE, agent.end(create(new VolumeId("fast", "web1.qcow2"))));
  }

  @Test
  void ofTwoDisksThatAreExportedToOneFileAtOnceOneIs() {
    VolumeId other = new VolumeId("images", "web2.qcow2");
    agent.end(create(WEB1));
    agent.end(create(other));

    List<Optional<Reason>> ends = agent.atOnce(export(WEB1), export(other));

    assertOneOf(ends);
    assertEquals(Reason.NAME_TAKEN, agent.failure(export(WEB1)));
  }

  @Test
  void ofTwoExportsOfOneDiskToOneFileAtOnceOneIs() {
    agent.end(create(WEB1));

    assertOneOf(agent.atOnce(export(WEB1), export(WEB1)));
  }

  private static VolumeOrder export(VolumeId volume) {
    return new ExportVolume(volume, "web.qcow2", ExportVolume.Form.QCOW2, false);
  }

  /** One has succeeded, and the other was refused because of that. */
  private static void assertOneOf(List<Optional<Reason>> ends) {
    assertEquals(2, ends.size());
    assertEquals(1, ends.stream().filter(Optional::isEmpty).count(), ends::toString);
    assertTrue(
        ends.contains(Optional.of(Reason.NAME_TAKEN)) || ends.contains(Optional.of(Reason.BUSY)),
        ends::toString);
  }

  @Test
  void aPoolThatARunningVmUsesIsNotStopped() {
    Volume.User vm = new Volume.User(Volume.User.Kind.VM, "web1", true);
    agent.volumes.put(
        new Volume(WEB1, "qcow2", Bytes.ofMiB(8), Bytes.ofMiB(1), Optional.empty(), List.of(vm)));

    assertEquals(
        "volume images/web1.qcow2 is used by VM web1 (running); shut it down first",
        agent.refusal(new StopPool("images")).getMessage());
  }

  @Test
  void aPoolInWhichWorkGoesOnIsNotStopped() {
    VolumeId other = new VolumeId("images", "web2.qcow2");
    agent.end(create(WEB1));
    agent.end(create(other));
    agent.volumes.slow();
    agent.ask(new ResizeVolume(WEB1, Bytes.ofMiB(16), false));

    assertEquals(Reason.BUSY, agent.refusal(new StopPool("images")).reason());

    agent.volumes.recover();
    agent.volumes.slow();
    agent.end(new DefinePool("fast", FOLDER));
    VolumeId copy = new VolumeId("fast", "copy");
    agent.ask(new CloneVolume(other, Optional.empty(), copy, false, Optional.empty(), false));
    String why = agent.refusal(new StopPool("images")).getMessage();
    assertTrue(String.valueOf(why).contains("reads volume images/web2.qcow2"), why);
  }

  @Test
  void aPoolInWhichADiskIsMadeIsNotStopped() {
    agent.volumes.slow();
    agent.ask(create(WEB1));

    RefusedException busy = agent.refusal(new StopPool("images"));

    assertEquals(Reason.BUSY, busy.reason());
    assertTrue(String.valueOf(busy.getMessage()).contains("works in pool images"), busy::toString);
    agent.volumes.recover();
    agent.end(create(new VolumeId("images", "web2.qcow2")));
    assertEquals(DONE, agent.end(new StopPool("images")));
  }

  @Test
  void whatIsNotThereCantBeStopped() {
    assertEquals(Reason.UNKNOWN_POOL, agent.refusal(new StopPool("none")).reason());
    assertEquals(Reason.UNKNOWN_POOL, agent.failure(new StartPool("none")));
  }
}
