package io.ballast.net.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.net.linux.Table.Way;
import io.vertx.core.json.DecodeException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What nft 1.0.6 tells, shortened. */
final class TableReadingTest {
  private static final String SOUND =
      """
      {"nftables": [{"metainfo": {"version": "1.0.6", "json_schema_version": 1}},
      {"table": {"family": "bridge", "name": "ballast", "handle": 1}},
      {"counter": {"family": "bridge", "name": "spoofed_525400000001", "table": "ballast", "handle": 1,
       "packets": 3, "bytes": 0}},
      {"map": {"family": "bridge", "name": "from", "table": "ballast", "type": "ifname",
       "handle": 4, "map": "verdict", "elem": [["vnet0", {"jump": {"target": "from_525400000001"}}]]}},
      {"map": {"family": "bridge", "name": "out", "table": "ballast", "type": "ifname",
       "handle": 5, "map": "verdict"}},
      {"map": {"family": "bridge", "name": "to", "table": "ballast", "type": "ifname",
       "handle": 6, "map": "verdict"}},
      {"chain": {"family": "bridge", "table": "ballast", "name": "all_from", "handle": 2,
       "type": "filter", "hook": "prerouting", "prio": -300, "policy": "accept"}},
      {"chain": {"family": "bridge", "table": "ballast", "name": "all_out", "handle": 2,
       "type": "filter", "hook": "prerouting", "prio": -290, "policy": "accept"}},
      {"chain": {"family": "bridge", "table": "ballast", "name": "all_to", "handle": 2,
       "type": "filter", "hook": "postrouting", "prio": 300, "policy": "accept"}},
      {"chain": {"family": "bridge", "table": "ballast", "name": "from_525400000001", "handle": 2}},
      {"rule": {"family": "bridge", "table": "ballast", "chain": "all_from", "handle": 8,
       "comment": "MARK-FROM", "expr": [{"vmap": {}}]}},
      {"rule": {"family": "bridge", "table": "ballast", "chain": "all_out", "handle": 8,
       "comment": "MARK-OUT", "expr": [{"vmap": {}}]}},
      {"rule": {"family": "bridge", "table": "ballast", "chain": "all_to", "handle": 8,
       "comment": "MARK-TO", "expr": [{"vmap": {}}]}},
      {"rule": {"family": "bridge", "table": "ballast", "chain": "from_525400000001", "handle": 10,
       "comment": "ballast 1", "expr": [{"drop": null}]}},
      {"rule": {"family": "bridge", "table": "ballast", "chain": "from_525400000001", "handle": 11,
       "expr": [{"accept": null}]}}]}
      """
          .replace("MARK-FROM", Way.FROM.rule().mark())
          .replace("MARK-OUT", Way.OUT.rule().mark())
          .replace("MARK-TO", Way.TO.rule().mark());

  @Test
  void aTableOfOursIsRead() {
    assertEquals(
        new Table(
            Map.of("from_525400000001", List.of("ballast 1", "")),
            Map.of(
                Way.FROM,
                Map.of("vnet0", "from_525400000001"),
                Way.OUT,
                Map.of(),
                Way.TO,
                Map.of()),
            Map.of("spoofed_525400000001", 3L),
            true),
        TableReading.of(SOUND));
  }

  @Test
  void whatIsNotAsWeMakeItIsUnsound() {
    for (String[] change :
        new String[][] {
          {"\"prio\": -300", "\"prio\": -200"},
          {"\"policy\": \"accept\"", "\"policy\": \"drop\""},
          {"\"hook\": \"postrouting\"", "\"hook\": \"forward\""},
          {"\"name\": \"out\"", "\"name\": \"theirs\""},
          {"\"type\": \"ifname\"", "\"type\": \"ether_addr\""},
          {"\"map\": \"verdict\"", "\"map\": \"mark\""},
          {Way.OUT.rule().mark(), "theirs"},
          {"{\"jump\": {\"target\": \"from_525400000001\"}}", "{\"accept\": null}"},
          {"{\"counter\": {", "{\"quota\": {"},
          {"from_525400000001", "theirs"},
          {"spoofed_525400000001", "theirs"},
          {"\"packets\": 3", "\"packets\": \"many\""},
          {"\"name\": \"ballast\", \"handle\": 1", "\"name\": \"ballast\", \"flags\": \"dormant\""},
          {"\"name\": \"all_to\"", "\"name\": \"all_theirs\""},
        }) {
      String told = SOUND.replace(change[0], change[1]);
      assertFalse(TableReading.of(told).sound(), change[1]);
    }
  }

  @Test
  void whatIsNoTableIsRefused() {
    for (String told : List.of("", "[]", "{", "{}", "Error")) {
      assertThrows(DecodeException.class, () -> TableReading.of(told), told);
    }
  }
}
