package io.ballast.net.libvirt;

import io.ballast.agent.tool.Runner;
import io.ballast.messages.LibvirtNetwork;
import io.ballast.messages.NetworkForm;
import io.ballast.net.trade.Networks;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The networks of a libvirt, asked of and told to {@code virsh}; one that hangs is ended. */
public final class VirshNetworks implements Networks {
  private static final Duration WITHIN = Duration.ofSeconds(5);

  private final Virsh virsh;

  /**
   * @param runner of the tool; somebody else closes it
   * @param uri of the libvirt
   */
  public VirshNetworks(Runner runner, String uri) {
    this.virsh = new Virsh(runner, uri, WITHIN);
  }

  @Override
  public Future<List<LibvirtNetwork>> list() {
    return names()
        .compose(
            all ->
                names("--autostart", "--all")
                    .compose(
                        autostart ->
                            names("--inactive")
                                .compose(
                                    inactive ->
                                        described(
                                            all, Set.copyOf(autostart), Set.copyOf(inactive)))));
  }

  private Future<List<String>> names(String... which) {
    List<String> words = new ArrayList<>(List.of("net-list", "--name"));
    words.addAll(which.length == 0 ? List.of("--all") : List.of(which));
    return virsh.run(words, "").map(said -> said.lines().filter(line -> !line.isBlank()).toList());
  }

  /** One that went meanwhile is left out. */
  private Future<List<LibvirtNetwork>> described(
      List<String> names, Set<String> autostart, Set<String> inactive) {
    Future<Map<String, LibvirtNetwork>> all = Future.succeededFuture(new TreeMap<>());
    for (String name : names) {
      all =
          all.compose(
              seen ->
                  virsh
                      .run("net-dumpxml", "--", name)
                      .map(
                          xml -> {
                            seen.put(
                                name,
                                NetworkXml.read(
                                    xml, !inactive.contains(name), autostart.contains(name)));
                            return seen;
                          })
                      .recover(
                          gone ->
                              names()
                                  .compose(
                                      still ->
                                          still.contains(name)
                                              ? Future.failedFuture(gone)
                                              : Future.succeededFuture(seen))));
    }
    return all.map(seen -> List.copyOf(seen.values()));
  }

  @Override
  public Future<Void> define(String name, NetworkForm form, boolean openVswitch) {
    return virsh
        .run(List.of("net-define", "/dev/stdin"), NetworkXml.write(name, form, openVswitch))
        .compose(
            defined ->
                start(name)
                    .recover(
                        why ->
                            virsh
                                .run("net-destroy", "--", name)
                                .otherwiseEmpty()
                                .compose(stopped -> forget(name))
                                .transform(gone -> Future.failedFuture(why))));
  }

  @Override
  public Future<Void> start(String name) {
    return names("--inactive")
        .compose(
            inactive ->
                inactive.contains(name)
                    ? virsh.run("net-start", "--", name)
                    : Future.succeededFuture(""))
        .compose(started -> virsh.run("net-autostart", "--", name))
        .mapEmpty();
  }

  @Override
  public Future<Void> stop(String name) {
    return virsh
        .run("net-autostart", "--disable", "--", name)
        .compose(
            done ->
                names("--inactive")
                    .compose(
                        inactive ->
                            inactive.contains(name)
                                ? Future.succeededFuture("")
                                : virsh.run("net-destroy", "--", name)))
        .mapEmpty();
  }

  @Override
  public Future<Void> forget(String name) {
    return virsh.run("net-undefine", "--", name).mapEmpty();
  }
}
