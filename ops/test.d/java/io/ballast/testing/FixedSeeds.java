package io.ballast.testing;

import java.util.Optional;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/**
 * Gives every property the same seed each time, so that a change that passes passes again, and a
 * failure is seen again by who looks for it. With {@code -Dballast.seed=random} each property gets
 * a fresh one, which a failure names; {@code ops/soak random} does so.
 */
public final class FixedSeeds implements AroundPropertyHook {
  private static final String SEED = System.getProperty("ballast.seed", "1");

  @Override
  public PropertyExecutionResult aroundProperty(
      PropertyLifecycleContext context, PropertyExecutor property) {
    Optional<String> own = context.attributes().seed().filter(seed -> !seed.isEmpty());
    if (own.isEmpty() && !SEED.equals("random")) {
      context.attributes().setSeed(SEED);
    }
    return property.execute();
  }

  @Override
  public PropagationMode propagateTo() {
    return PropagationMode.ALL_DESCENDANTS;
  }
}
