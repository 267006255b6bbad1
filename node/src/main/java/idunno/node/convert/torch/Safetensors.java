package idunno.node.convert.torch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A file of the safetensors format: the header's length in 8 bytes, the header, which is JSON with
 * each tensor's type, shape and place, then the tensors' bytes without gaps (<a
 * href="https://github.com/huggingface/safetensors#format">safetensors</a>).
 */
final class Safetensors {
  /** The longest header; those of torchvision's networks have less than 100 kB. */
  static final int MAX_HEADER_BYTES = 8 << 20;

  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private record Place(String name, long begin, long end) {}

  private Safetensors() {}

  /**
   * Opens a file.
   *
   * @return its tensors, to be closed
   * @throws IOException if it is malformed
   */
  static StateDict open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    boolean opened = false;
    try {
      StateDict state = StateDict.of(read(channel), channel);
      opened = true;
      return state;
    } catch (JacksonException e) {
      throw new IOException("the header is malformed: " + e.getOriginalMessage(), e);
    } finally {
      if (!opened) {
        channel.close();
      }
    }
  }

  private static Map<String, StoredTensor> read(FileChannel file) throws IOException {
    byte[] length = new byte[Long.BYTES];
    if (file.size() < length.length) {
      throw new IOException("expected at least 8 bytes, found " + file.size());
    }
    Storage.part(file, 0).read(0, length);
    long headerBytes = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
    long most = Math.min(MAX_HEADER_BYTES, file.size() - length.length);
    if (headerBytes < 0 || headerBytes > most) {
      throw new IOException(
          "expected a header of at most %d bytes, found %s"
              .formatted(most, Long.toUnsignedString(headerBytes)));
    }
    byte[] header = new byte[(int) headerBytes];
    Storage.part(file, length.length).read(0, header);
    JsonNode json = STRICT.readTree(header);
    if (!json.isObject()) {
      throw new IOException("the header is malformed: expected an object");
    }
    long data = length.length + headerBytes;
    List<Place> places = new ArrayList<>();
    Map<String, StoredTensor> tensors = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      if (!entry.getKey().equals("__metadata__")) {
        String name = Globals.printable(entry.getKey());
        try {
          Place place = place(name, entry.getValue(), file.size() - data);
          places.add(place);
          tensors.put(entry.getKey(), tensor(entry.getValue(), place, file, data));
        } catch (IOException e) {
          throw new IOException("tensor " + name + ": " + e.getMessage(), e);
        }
      }
    }
    checkSeamless(places, file.size() - data);
    return tensors;
  }

  private static Place place(String name, JsonNode tensor, long available) throws IOException {
    JsonNode offsets = tensor.path("data_offsets");
    List<Long> ends = wholes(offsets);
    if (ends.size() != 2
        || ends.get(0) < 0
        || ends.get(1) < ends.get(0)
        || ends.get(1) > available) {
      throw new IOException(
          "expected data_offsets within the %d bytes behind the header, found %s"
              .formatted(available, ends));
    }
    return new Place(name, ends.get(0), ends.get(1));
  }

  private static StoredTensor tensor(JsonNode tensor, Place place, FileChannel file, long data)
      throws IOException {
    ElementType type = type(tensor.path("dtype").asString(""));
    List<Long> shape = wholes(tensor.path("shape"));
    long bytes = place.end() - place.begin();
    Storage storage =
        new Storage(type, bytes / type.bytes, Storage.part(file, data + place.begin()));
    StoredTensor view = StoredTensor.whole(storage, shape);
    if ((long) view.numbers() * type.bytes != bytes) {
      throw new IOException("%s has other than %d bytes".formatted(view, bytes));
    }
    return view;
  }

  private static ElementType type(String name) throws IOException {
    for (ElementType type : ElementType.values()) {
      if (type.safetensors.equals(name)) {
        return type;
      }
    }
    throw new IOException("type not known here: " + Globals.printable(name));
  }

  private static List<Long> wholes(JsonNode array) throws IOException {
    List<Long> numbers = new ArrayList<>();
    for (JsonNode number : array) {
      if (!number.isIntegralNumber() || !number.canConvertToLong()) {
        throw new IOException("expected whole numbers, found something else");
      }
      numbers.add(number.longValue());
    }
    if (!array.isArray()) {
      throw new IOException("expected dtype, shape and data_offsets");
    }
    return numbers;
  }

  /** Each byte behind the header belongs to one tensor. */
  private static void checkSeamless(List<Place> places, long available) throws IOException {
    long end = 0;
    for (Place place :
        places.stream()
            .sorted(Comparator.comparingLong(Place::begin).thenComparingLong(Place::end))
            .toList()) {
      if (place.begin() != end) {
        throw new IOException(
            "tensor %s: expected to begin at byte %d, where the one before ends, found %d"
                .formatted(place.name(), end, place.begin()));
      }
      end = place.end();
    }
    if (end != available) {
      throw new IOException(
          "%d bytes behind the last tensor belong to none".formatted(available - end));
    }
  }
}
