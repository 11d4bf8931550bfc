package io.ballast.ops.process;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** How much a process says on standard output. */
public final class Logging {
  /**
   * Libraries say less than we do: what they find worth a note is rarely worth one to an operator.
   */
  private static final String[] LIBRARIES = {"io.vertx", "io.netty"};

  /** Their stack traces repeat what the bus itself says in one line. */
  private static final String[] CLIENTS = {"io.vertx.rabbitmq", "com.rabbitmq"};

  private Logging() {}

  /** What is written, and everything worse. */
  public enum Detail {
    /** What an operator has to look at. */
    WARN,
    /** What happens. */
    INFO,
    /** What is needed to find a defect. */
    DEBUG
  }

  static void at(Detail detail) {
    Level level =
        switch (detail) {
          case WARN -> Level.WARN;
          case INFO -> Level.INFO;
          case DEBUG -> Level.DEBUG;
        };
    if (detail != Detail.DEBUG) {
      for (String library : LIBRARIES) {
        logger(library).setLevel(Level.WARN);
      }
      for (String client : CLIENTS) {
        logger(client).setLevel(Level.OFF);
      }
    }
    logger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(level);
  }

  private static Logger logger(String name) {
    return (Logger) LoggerFactory.getLogger(name);
  }
}
