package io.ballast.messages;

/** A message to whoever listens: it asks for nothing and gets no reply. */
public sealed interface Notice extends Message permits Beat, Event {}
