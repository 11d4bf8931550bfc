package io.ballast.messages;

/** Anything that travels on the bus. */
public sealed interface Message permits Command, Reply, Notice {}
