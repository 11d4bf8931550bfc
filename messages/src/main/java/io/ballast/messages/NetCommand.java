package io.ballast.messages;

/** What a host's network agent can be asked. */
public sealed interface NetCommand<R extends Reply> extends Command<R> {
  /** Tell what the next beat would tell. */
  record InspectNet() implements NetCommand<Reply.NetInspected> {}
}
