package io.ballast.messages;

/** What a host's storage agent can be asked. */
public sealed interface StorageCommand<R extends Reply> extends Command<R> {
  /** Tell what the next beat would tell. */
  record InspectStorage() implements StorageCommand<Reply.StorageInspected> {}

  /** Tell how it stands with an operation, for as long as the agent remembers it. */
  record InspectOperation(OperationId operation)
      implements StorageCommand<Reply.OperationInspected> {
    public InspectOperation {
      Fields.required(operation, "operation");
    }
  }
}
