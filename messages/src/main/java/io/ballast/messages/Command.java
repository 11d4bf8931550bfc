package io.ballast.messages;

/**
 * A request to one receiver, which accepts or refuses it at once.
 *
 * @param <R> the reply of a receiver that accepts; a receiver that refuses answers {@link
 *     Reply.Refused}
 */
public sealed interface Command<R extends Reply> extends Message
    permits HostCommand, StorageCommand, NetCommand, SchedulerCommand {}
