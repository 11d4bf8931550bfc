package io.ballast.bus.json;

import io.ballast.messages.Bytes;
import io.ballast.messages.HostId;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.OperationId;
import io.ballast.messages.VmId;
import io.ballast.messages.VolumeId;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Records with any content that their constructors allow. */
final class AnyRecord {
  private static final int TRIES = 1_000;

  private AnyRecord() {}

  static <T> T of(Class<T> type, Random random) {
    return type.cast(value(type, random));
  }

  private static Object value(Type type, Random random) {
    if (type instanceof ParameterizedType generic) {
      Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
      if (generic.getRawType() == Optional.class) {
        return random.nextBoolean() ? Optional.of(value(last, random)) : Optional.empty();
      }
      Stream<Object> values = Stream.generate(() -> value(last, random)).limit(random.nextInt(3));
      if (generic.getRawType() == List.class) {
        return values.toList();
      }
      if (generic.getRawType() == Set.class) {
        return values.collect(Collectors.toSet());
      }
      Map<String, Object> map = new HashMap<>();
      values.forEach(value -> map.put(text(random), value));
      return map;
    }
    Class<?> plain = (Class<?>) type;
    if (plain.isSealed()) {
      Class<?>[] permitted = plain.getPermittedSubclasses();
      return value(permitted[random.nextInt(permitted.length)], random);
    }
    if (plain.isEnum()) {
      Object[] constants = plain.getEnumConstants();
      return constants[random.nextInt(constants.length)];
    }
    return simple(plain, random);
  }

  private static Object simple(Class<?> type, Random random) {
    if (type == String.class) {
      return random.nextInt(10) < 3 ? text(random) : form(random);
    } else if (type == int.class || type == Integer.class) {
      return switch (random.nextInt(3)) {
        case 0 -> random.nextInt(10);
        case 1 -> random.nextInt(5_000);
        default -> random.nextInt(Integer.MAX_VALUE);
      };
    } else if (type == long.class || type == Long.class) {
      return random.nextBoolean() ? random.nextLong(10) : random.nextLong(Long.MAX_VALUE);
    } else if (type == double.class) {
      return random.nextInt(10) == 0 ? (double) random.nextInt(3) : random.nextDouble();
    } else if (type == boolean.class || type == Boolean.class) {
      return random.nextBoolean();
    } else if (type == Bytes.class) {
      return new Bytes(
          random.nextBoolean() ? random.nextLong(Long.MAX_VALUE) : 512L << random.nextInt(40));
    } else if (type == HostId.class) {
      return new HostId("h-" + random.nextInt(100));
    } else if (type == VmId.class) {
      return new VmId(new UUID(random.nextLong(), random.nextLong()));
    } else if (type == VolumeId.class) {
      return new VolumeId("ima ges" + random.nextInt(9), "w\u00fcb.-" + random.nextInt(100));
    } else if (type == Mac.class) {
      return Mac.of(random.nextLong() & 0xfeff_ffff_ffffL);
    } else if (type == IpAddress.class) {
      byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
      random.nextBytes(bytes);
      return IpAddress.of(bytes);
    } else if (type == UUID.class) {
      return new UUID(random.nextLong(), random.nextLong());
    } else if (type == OperationId.class) {
      return new OperationId("~!{\"" + random.nextLong());
    } else if (type == Instant.class) {
      return Instant.ofEpochSecond(random.nextLong(-1L << 33, 1L << 33), random.nextInt(1 << 29));
    } else if (type == Duration.class) {
      return random.nextBoolean()
          ? Duration.ofMillis(1 + random.nextLong(600_000))
          : Duration.ofSeconds(random.nextLong(1L << 30), random.nextInt(1 << 29));
    }
    return record(type, random);
  }

  /** A text in one of the forms that some fields ask for. */
  private static String form(Random random) {
    return switch (random.nextInt(9)) {
      case 0, 1 -> "/dev/\u00fc " + random.nextInt(100);
      case 2, 3, 4 -> "w-" + random.nextInt(100);
      case 5, 6 -> "vd" + (char) ('a' + random.nextInt(26));
      case 7 -> "https://w" + random.nextInt(100) + ".example/x?y=%20";
      default -> "0123456789abcdef".repeat(4);
    };
  }

  private static String text(Random random) {
    int[] points = random.ints(1 + random.nextInt(12), 32, 0x2fff).toArray();
    return "t"
        + new String(points, 0, points.length)
        + (random.nextBoolean() ? "\u0000\n\"\\😀" : "");
  }

  private static Object record(Class<?> type, Random random) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    for (int i = 0; i < TRIES; i++) {
      try {
        Constructor<?> constructor = type.getDeclaredConstructor(types);
        return constructor.newInstance(
            Arrays.stream(components)
                .map(component -> value(component.getGenericType(), random))
                .toArray());
      } catch (InvocationTargetException e) {
        if (!(e.getCause() instanceof IllegalArgumentException)) {
          throw new AssertionError(type + " fails with " + e.getCause(), e);
        }
      } catch (ReflectiveOperationException e) {
        throw new LinkageError("no constructor of " + type, e);
      }
    }
    throw new AssertionError("no content found that " + type + " allows");
  }
}
