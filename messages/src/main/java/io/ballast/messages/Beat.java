package io.ballast.messages;

/**
 * The complete local truth of one agent, told again and again. A beat replaces what was known
 * before; beats are neither confirmed nor kept, for a late beat is a lie.
 */
public sealed interface Beat extends Notice permits HostBeat, StorageBeat, NetBeat {
  /** Who beats, in which life, how often. */
  Pulse pulse();
}
