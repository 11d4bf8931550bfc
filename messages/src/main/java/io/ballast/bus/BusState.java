package io.ballast.bus;

/** Whether a member of the bus has its connections to the broker. */
public enum BusState {
  /** It had none yet and tries. */
  CONNECTING,
  /** It has all that it uses. */
  CONNECTED,
  /** It lost one or more and tries to replace them. */
  LOST,
  /** It was closed and stays so. */
  CLOSED
}
