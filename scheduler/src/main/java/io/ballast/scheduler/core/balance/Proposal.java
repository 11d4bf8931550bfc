package io.ballast.scheduler.core.balance;

import io.ballast.messages.Decision;
import io.ballast.scheduler.core.view.Objections;

/**
 * What the {@link Balancer} came to.
 *
 * @param statement what the decision says
 * @param atRest whether the episode of balancing is over: it looked at all that could be moved, and
 *     nothing is worth it
 * @param objections what spoke against the moves that are not proposed
 */
public record Proposal(
    Decision decision, Statement statement, boolean atRest, Objections objections) {}
