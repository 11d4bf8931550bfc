package io.ballast.scheduler.core.balance;

/** A move of a guest between two sites of a {@link Board}. */
record Leg(Guest guest, int from, int to) {}
