package io.ballast.scheduler;

import io.ballast.scheduler.core.policy.AlertSettings;
import io.ballast.scheduler.core.policy.LivenessSettings;
import io.ballast.scheduler.core.policy.Policy;

/**
 * Everything about a scheduler that can be configured.
 *
 * @param policy how clusters are balanced
 * @param liveness when silence means something
 * @param alerts how long something must be wrong before it is said
 */
public record SchedulerConfig(Policy policy, LivenessSettings liveness, AlertSettings alerts) {
  public static final SchedulerConfig DEFAULT =
      new SchedulerConfig(Policy.DEFAULT, LivenessSettings.DEFAULT, AlertSettings.DEFAULT);
}
