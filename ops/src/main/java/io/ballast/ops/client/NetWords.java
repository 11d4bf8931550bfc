package io.ballast.ops.client;

import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.RateLimit;
import io.ballast.messages.Vlan;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What ports are made of, as a person writes it. */
final class NetWords {
  private static final Pattern RATE = Pattern.compile("(\\d{1,12})([kmgKMG])(?:bit)?(?:/s)?");
  private static final Map<String, Long> KILOBITS = Map.of("k", 1L, "m", 1_000L, "g", 1_000_000L);

  private NetWords() {}

  /** The MAC address of a card. */
  static final class Card implements ITypeConverter<Mac> {
    @Override
    public Mac convert(String text) {
      return read(text, Mac::new);
    }
  }

  /** An address with its network. */
  static final class Network implements ITypeConverter<Cidr> {
    @Override
    public Cidr convert(String text) {
      return read(text, Cidr::of);
    }
  }

  /** An address. */
  static final class Machine implements ITypeConverter<IpAddress> {
    @Override
    public IpAddress convert(String text) {
      return read(text, IpAddress::new);
    }
  }

  /** One VLAN, or several with commas between: a trunk. */
  static final class Vlans implements ITypeConverter<Vlan> {
    @Override
    public Vlan convert(String text) {
      return read(text, NetWords::vlan);
    }
  }

  /** A limit: 20M, or 20M:2M with its burst. */
  static final class Limit implements ITypeConverter<RateLimit> {
    @Override
    public RateLimit convert(String text) {
      return read(text, NetWords::limit);
    }
  }

  /** A constant of an enum in small letters, with hyphens. */
  static <E extends Enum<E>> E choice(Class<E> type, String text) {
    return Stream.of(type.getEnumConstants())
        .filter(each -> word(each).equals(text.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "'%s' is none of %s"
                        .formatted(
                            text,
                            Stream.of(type.getEnumConstants())
                                .map(NetWords::word)
                                .collect(Collectors.joining(", ")))));
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static <T> T read(String text, Function<String, T> form) {
    try {
      return form.apply(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'" + text + "' is no number");
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  private static Vlan vlan(String text) {
    return text.contains(",")
        ? new Vlan.Trunk(
            Stream.of(text.split(",", -1)).map(tag -> Integer.valueOf(tag.strip())).toList())
        : new Vlan.Access(Integer.parseInt(text));
  }

  private static RateLimit limit(String text) {
    String[] parts = text.split(":", 2);
    return parts.length == 1
        ? RateLimit.of(kilobits(parts[0]))
        : new RateLimit(kilobits(parts[0]), kilobits(parts[1]));
  }

  private static long kilobits(String text) {
    Matcher parts = RATE.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no amount of bits: write it as 500k, 20M or 1G, each 1000 times more");
    }
    return Math.multiplyExact(
        Long.parseLong(parts.group(1)),
        KILOBITS.getOrDefault(parts.group(2).toLowerCase(Locale.ROOT), 1L));
  }
}
