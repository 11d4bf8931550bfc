package io.ballast.net.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.net.linux.Table.Way;
import io.ballast.net.linux.TableStep.Count;
import io.ballast.net.linux.TableStep.Drop;
import io.ballast.net.linux.TableStep.Fill;
import io.ballast.net.linux.TableStep.Lead;
import io.ballast.net.linux.TableStep.Remove;
import io.ballast.net.linux.TableStep.Renew;
import io.ballast.net.linux.TableStep.Uncount;
import io.ballast.net.linux.TableStep.Unlead;
import io.ballast.net.trade.Wanted;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TablePlanTest {
  private static final Wanted ONE = Sample.of(1, "br0").guarded("10.0.0.5/24").by("vnet1");
  private static final Wanted TWO = Sample.of(2, "br0").guarded("10.0.0.6/24").by("vnet2");
  private static final String FIRST = "from_525400000001";
  private static final String SECOND = "from_525400000002";
  private static final Table BOTH =
      new Table(
          Map.of(FIRST, marks(ONE), SECOND, marks(TWO)),
          Map.of(Way.FROM, Map.of("vnet1", FIRST, "vnet2", SECOND)),
          Map.of("spoofed_525400000001", 5L, "spoofed_525400000002", 6L),
          true);

  @Test
  void whatIsAsWantedIsLeftAlone() {
    TablePlan plan = TablePlan.of(Optional.of(BOTH), List.of(ONE, TWO));

    assertEquals(new TablePlan(List.of(), Map.of()), plan);
  }

  @Test
  void withoutATableAllIsMade() {
    TablePlan plan = TablePlan.of(Optional.empty(), List.of(ONE));

    assertEquals(
        List.of(
            new Renew(),
            new Count("spoofed_525400000001", 0),
            new Fill(FIRST, rules(ONE)),
            new Lead(Way.FROM, "vnet1", FIRST)),
        plan.steps());
    assertEquals(
        Map.of(Sample.card(1), "its filter against spoofing is not in force"), plan.differences());
  }

  @Test
  void countsGoOnInATableThatIsMadeAnew() {
    Table spoilt = new Table(BOTH.chains(), BOTH.leads(), BOTH.counts(), false);

    List<TableStep> steps = TablePlan.of(Optional.of(spoilt), List.of(ONE)).steps();

    assertEquals(List.of(new Renew(), new Count("spoofed_525400000001", 5)), steps.subList(0, 2));
    assertTrue(steps.stream().noneMatch(Drop.class::isInstance), steps::toString);
  }

  @Test
  void onlyTheChainThatDiffersIsFilledAgain() {
    Wanted more = Sample.of(1, "br0").guarded("10.0.0.5/24", "10.0.0.7/24").by("vnet1");

    TablePlan plan = TablePlan.of(Optional.of(BOTH), List.of(more, TWO));

    assertEquals(List.of(new Fill(FIRST, rules(more))), plan.steps());
    assertEquals(
        Map.of(Sample.card(1), "its filter against spoofing has other rules"), plan.differences());
  }

  @Test
  void aCardThatCameBackByAnotherLinkIsFollowed() {
    Wanted back = Sample.of(1, "br0").guarded("10.0.0.5/24").by("vnet7");

    TablePlan plan = TablePlan.of(Optional.of(BOTH), List.of(back, TWO));

    assertEquals(
        List.of(new Unlead(Way.FROM, "vnet1"), new Lead(Way.FROM, "vnet7", FIRST)), plan.steps());
    assertEquals(
        Map.of(Sample.card(1), "its filter against spoofing does not apply to vnet7"),
        plan.differences());
  }

  @Test
  void whatNobodyWantsGoesWithAllThatLeadsThere() {
    assertEquals(
        List.of(
            new Unlead(Way.FROM, "vnet2"), new Drop(SECOND), new Uncount("spoofed_525400000002")),
        TablePlan.of(Optional.of(BOTH), List.of(ONE)).steps());
    assertEquals(List.of(new Remove()), TablePlan.of(Optional.of(BOTH), List.of()).steps());
    assertEquals(List.of(), TablePlan.of(Optional.empty(), List.of()).steps());
  }

  @Test
  void aTableIsMadeInPlaceOfAnyOther() {
    assertEquals(
        """
        add table bridge ballast
        delete table bridge ballast
        add table bridge ballast
        add map bridge ballast from { type ifname : verdict; }
        add chain bridge ballast all_from { type filter hook prerouting priority -300; policy accept; }
        """,
        new Renew().text().lines().limit(5).map(line -> line + "\n").reduce("", String::concat));
  }

  private static List<Rule> rules(Wanted wanted) {
    return Objects.requireNonNull(Rules.of(wanted).get(Way.FROM));
  }

  private static List<String> marks(Wanted wanted) {
    return rules(wanted).stream().map(Rule::mark).toList();
  }
}
