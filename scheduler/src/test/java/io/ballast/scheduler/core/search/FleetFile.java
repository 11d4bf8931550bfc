package io.ballast.scheduler.core.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A picture of a fleet as a file, of which only the plain part is read: a host uses what its VMs
 * use, and all of them can move.
 */
record FleetFile(Path file) {
  /**
   * Its fleet.
   *
   * @throws IllegalArgumentException if it makes no sense
   * @throws UncheckedIOException if it can't be read
   */
  PaperFleet read() {
    try {
      return fleet(new ObjectMapper().readTree(file.toFile()));
    } catch (IOException e) {
      throw new UncheckedIOException(file + " can't be read: " + e.getMessage(), e);
    }
  }

  private PaperFleet fleet(JsonNode picture) {
    Map<String, Integer> places = new HashMap<>();
    List<PaperFleet.Host> hosts = new ArrayList<>();
    for (JsonNode host : list(picture, "hosts")) {
      places.put(text(host, "id"), hosts.size());
      hosts.add(
          new PaperFleet.Host(
              number(host, "cpu"),
              number(host, "mem"),
              host.path("state").asText("up").equals("drain")));
    }
    List<PaperFleet.Vm> vms = new ArrayList<>();
    for (JsonNode vm : list(picture, "vms")) {
      Integer host = places.get(text(vm, "host"));
      if (host == null) {
        throw wrong(vm, "host");
      }
      vms.add(new PaperFleet.Vm(host, number(vm, "cpu"), number(vm, "mem")));
    }
    return new PaperFleet(picture.path("name").asText("fleet"), hosts, vms);
  }

  private JsonNode list(JsonNode picture, String field) {
    JsonNode list = picture.path(field);
    if (!list.isArray() || list.isEmpty()) {
      throw wrong(picture, field);
    }
    return list;
  }

  private String text(JsonNode of, String field) {
    if (!of.path(field).isTextual()) {
      throw wrong(of, field);
    }
    return of.path(field).asText();
  }

  private double number(JsonNode of, String field) {
    double number = of.path(field).asDouble(-1);
    if (!(number >= 0)) {
      throw wrong(of, field);
    }
    return number;
  }

  private IllegalArgumentException wrong(JsonNode of, String field) {
    return new IllegalArgumentException(
        "%s: '%s' is missing or makes no sense in %s".formatted(file, field, shortened(of)));
  }

  private static String shortened(JsonNode of) {
    String text = of.toString();
    return text.length() <= 120 ? text : text.substring(0, 120) + "...";
  }
}
