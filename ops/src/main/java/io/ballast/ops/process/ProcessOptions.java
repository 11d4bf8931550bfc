package io.ballast.ops.process;

import io.ballast.ops.client.FleetOptions;
import io.ballast.ops.config.ListenAddress;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that all processes share. */
final class ProcessOptions {
  @Mixin FleetOptions fleet = new FleetOptions();

  @Option(
      names = "--metrics",
      paramLabel = "ADDRESS:PORT",
      converter = ListenConverter.class,
      description = "Where to serve /metrics and /health; port 0 is any that is free.")
  @Nullable ListenAddress listen;

  @Option(
      names = "--log",
      paramLabel = "LEVEL",
      defaultValue = "INFO",
      description = "How much to log: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  Logging.Detail detail = Logging.Detail.INFO;

  private static final class ListenConverter implements ITypeConverter<ListenAddress> {
    @Override
    public ListenAddress convert(String text) {
      try {
        return ListenAddress.of(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("'" + text + "': " + e.getMessage());
      }
    }
  }
}
