package io.ballast.messages;

/** What a host's network agent can be asked. */
public sealed interface NetCommand<R extends Reply> extends Command<R> {
  /** Tell what the next beat would tell. */
  record InspectNet() implements NetCommand<Reply.NetInspected> {}

  /** Tell how it stands with an operation, for as long as the agent remembers it. */
  record InspectOperation(OperationId operation) implements NetCommand<Reply.OperationInspected> {
    public InspectOperation {
      Fields.required(operation, "operation");
    }
  }
}
