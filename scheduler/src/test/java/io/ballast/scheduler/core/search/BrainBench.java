package io.ballast.scheduler.core.search;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Plans fleets on paper with several planners, and tells what each plan brings and costs. */
final class BrainBench {
  /** How many steps a bound is sought for; most need fewer. */
  private static final int STEPS = 1000;

  /** After so many seconds a planner that gave up is not asked about larger fleets. */
  private static final double LONG = 10;

  private final BenchRequest request;
  private final List<Row> rows = new ArrayList<>();
  private final Map<Contender, PaperFleet> tooLarge = new EnumMap<>(Contender.class);

  private BrainBench(BenchRequest request) {
    this.request = request;
  }

  /** Runs the benchmark that the arguments ask for. */
  public static void main(String[] arguments) {
    try {
      BrainBench bench = new BrainBench(BenchRequest.of(arguments));
      bench.run(System.out);
      if (bench.isBroken()) {
        System.err.println("ops/bench: a plan of Ballast is not possible");
        System.exit(1);
      }
    } catch (IllegalArgumentException | UncheckedIOException e) {
      System.err.println("ops/bench: " + e.getMessage());
      System.exit(1);
    }
  }

  private void run(PrintStream out) {
    RowPrinter printer = new RowPrinter(out, request.fleets());
    for (PaperFleet fleet : request.fleets()) {
      for (Contender contender : request.contenders()) {
        Row row = row(fleet, contender);
        printer.print(row);
        rows.add(row);
        write();
      }
    }
    List<Growth.Point> points =
        rows.stream()
            .filter(row -> isOfBallast(row) && row.verdict().isPresent())
            .map(row -> new Growth.Point(row.fleet().pairs(), row.seconds().orElseThrow()))
            .toList();
    Growth.exponent(points)
        .ifPresent(
            exponent ->
                out.printf(
                    Locale.ROOT, "%nballast: seconds grow as (hosts x VMs)^%.2f%n", exponent));
  }

  private Row row(PaperFleet fleet, Contender contender) {
    PaperFleet limit = tooLarge.get(contender);
    if (limit != null && fleet.pairs() > limit.pairs()) {
      return Row.without(
          fleet, contender, OptionalDouble.empty(), "not asked: gave up on " + limit.name());
    }
    Timing timing = Timing.of(contender.planner(), fleet);
    return switch (timing.proposal()) {
      case Proposal.GaveUp none -> {
        if (timing.seconds() > LONG) {
          tooLarge.merge(
              contender, fleet, (one, other) -> one.pairs() <= other.pairs() ? one : other);
        }
        yield Row.without(
            fleet, contender, OptionalDouble.of(timing.seconds()), "gave up: " + none.why());
      }
      case Proposal.Moves plan -> {
        Referee.Verdict verdict = Referee.judge(fleet, plan.moves());
        yield new Row(
            fleet,
            contender,
            Optional.of(verdict),
            overBound(fleet, verdict),
            OptionalDouble.of(timing.seconds()),
            contender == Contender.BALLAST
                ? OptionalDouble.of(timing.peakMiB())
                : OptionalDouble.empty(),
            Row.remarks(verdict));
      }
    };
  }

  private static OptionalDouble overBound(PaperFleet fleet, Referee.Verdict verdict) {
    if (verdict.left() > 0) {
      return OptionalDouble.empty();
    }
    double bound = LeastCost.of(fleet.problem(), verdict.after(), verdict.gibibytes(), STEPS);
    return bound > 0 ? OptionalDouble.of(verdict.gibibytes() / bound) : OptionalDouble.empty();
  }

  private boolean isBroken() {
    return rows.stream()
        .filter(BrainBench::isOfBallast)
        .anyMatch(row -> row.verdict().map(Referee.Verdict::broken).orElse(0) > 0);
  }

  private static boolean isOfBallast(Row row) {
    return row.planner() == Contender.BALLAST;
  }

  /** Writes all rows so far, so that those of a run that is ended early are not lost. */
  private void write() {
    request
        .json()
        .ifPresent(
            file -> {
              try {
                new ObjectMapper()
                    .writerWithDefaultPrettyPrinter()
                    .writeValue(file.toFile(), rows.stream().map(Row::json).toList());
              } catch (IOException e) {
                throw new UncheckedIOException(file + " can't be written: " + e.getMessage(), e);
              }
            });
  }
}
