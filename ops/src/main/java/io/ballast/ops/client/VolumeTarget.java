package io.ballast.ops.client;

import static java.util.Objects.requireNonNull;

import io.ballast.messages.Bytes;
import io.ballast.messages.VolumeId;
import io.ballast.ops.config.Amount;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Which volume a command is about, and how its work is waited for. */
final class VolumeTarget {
  @Parameters(
      index = "0",
      paramLabel = "POOL/VOLUME",
      converter = Volumes.class,
      description = "The volume, such as images/web1.qcow2.")
  @Nullable VolumeId volume;

  @Mixin WorkOptions options = new WorkOptions();

  /** The volume, which picocli has filled in. */
  VolumeId volume() {
    return requireNonNull(volume);
  }

  /** The text form of a volume. */
  static final class Volumes implements ITypeConverter<VolumeId> {
    @Override
    public VolumeId convert(String text) {
      try {
        return VolumeId.of(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** An amount of data in the form of the configuration file, or a plain number of bytes. */
  static final class Size implements ITypeConverter<Bytes> {
    @Override
    public Bytes convert(String text) {
      try {
        return Amount.bytes(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("'" + text + "': " + e.getMessage());
      }
    }
  }
}
