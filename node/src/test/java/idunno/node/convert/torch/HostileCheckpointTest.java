package idunno.node.convert.torch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import idunno.node.convert.Converters;
import idunno.node.convert.Message;
import idunno.node.onnx.Hints;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints that someone made to do harm: all are refused, by what they are. */
@Timeout(60)
class HostileCheckpointTest {
  private static final long GIGA = 1L << 30;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"posix, system", "os, system", "builtins, eval", "torch.storage, _load_from_bytes"})
  void a_pickle_that_would_run_a_command_is_refused_and_nothing_is_run(
      String module, String function) throws IOException {
    Path touched = folder.resolve("touched");
    String asks =
        "the pickle asks for "
            + module
            + "."
            + function
            + "; a state dict has no need of it; nothing was run";
    byte[] command = new Opcodes().call(module, function, "touch " + touched).stop();
    Message.says(refusal(zip(command)), asks);
    Message.says(refusal(command), asks);
    Message.says(refusal(legacy(command)), asks);
    // By the names on the stack, and beside an honest tensor.
    byte[] stacked =
        new Opcodes()
            .put("}")
            .text("fc.weight")
            .tensor("0", 1, 0, new long[] {1}, new long[] {1})
            .put("s")
            .text("x")
            .text(module)
            .text(function)
            .put(0x93)
            .text("touch " + touched)
            .put(0x85)
            .put("Rs")
            .stop();
    Message.says(refusal(zip(stacked, "0", new byte[4])), asks);
    Message.says(refusal(legacy(stacked)), asks);
    assertFalse(Files.exists(touched), "the command ran");
  }

  @Test
  void allowed_functions_cannot_be_made_to_do_anything_else() throws IOException {
    Message.says(
        refusal(zip(new Opcodes().call("torch._utils", "_rebuild_tensor_v2", "x").stop())),
        "expected a dictionary of tensors, found a result of torch._utils._rebuild_tensor_v2");
    Message.says(
        refusal(zip(new Opcodes().call("collections", "OrderedDict", "x").stop())),
        "the pickle is malformed: found an OrderedDict with arguments");
    Message.says(refusal(zip(new Opcodes().put("}}b").stop())), "found attributes of a dictionary");
    Message.says(
        refusal(zip(new Opcodes().global("torch", "FloatStorage").put(")").put(0x81).stop())),
        "the pickle has instruction 81 at byte 23; a state dict has no need of it");
    Message.says(
        refusal(zip(new Opcodes().put("K").put(1).put(")R").stop())),
        "found a call of a whole number");
    Message.says(
        refusal(zip(new Opcodes().global("\u0007evil\u001b[2J", "x").stop())),
        "asks for ?evil?[2J.x; a state dict");
  }

  @Test
  void a_tensor_of_4_GB_in_a_file_of_1_KB_is_refused_before_memory_is_taken() throws IOException {
    byte[] honest = state(GIGA, 0, new long[] {GIGA}, new long[] {1});
    Message.says(
        refusal(zip(honest, "0", new byte[512])),
        "tensor w: archive/data/0: expected 4294967296 bytes for 1073741824 numbers, found 512");
    Message.says(
        refusal(legacy(honest, GIGA, 512)),
        "storage 0: the pickle says 1073741824 numbers, the storage itself 1073741824, and the file"
            + " has 512 bytes left");
    Message.says(
        refusal(legacy(state(1, 0, new long[] {1}, new long[] {1}), GIGA, 512)),
        "the pickle says 1 numbers, the storage itself 1073741824");
    byte[] view = state(128, 0, new long[] {GIGA}, new long[] {1});
    Message.says(refusal(zip(view, "0", new byte[512])), "reach beyond the 128 numbers");
    byte[] spread = state(128, 0, new long[] {1024, 1024, 1024}, new long[] {0, 0, 0});
    Message.says(refusal(zip(spread, "0", new byte[512])), "reach beyond the 128 numbers");
    byte[] huge = state(Long.MAX_VALUE / 2, 0, new long[] {1}, new long[] {1});
    Message.says(refusal(zip(huge, "0", new byte[512])), "storage of 4611686018427387903 numbers");
  }

  @Test
  void sides_steps_and_offsets_outside_of_the_storage_are_refused() throws IOException {
    record View(long offset, List<Long> sides, List<Long> steps, String says) {}
    for (View view :
        List.of(
            new View(0, List.of(-1L), List.of(1L), "expected no negative number"),
            new View(9, List.of(4L), List.of(-1L), "expected no negative number"),
            new View(-1, List.of(4L), List.of(1L), "expected no negative number"),
            new View(125, List.of(4L), List.of(1L), "reach beyond the 128 numbers"),
            new View(0, List.of(2L), List.of(128L), "reach beyond the 128 numbers"),
            new View(Long.MAX_VALUE, List.of(2L), List.of(1L), "are too large"),
            new View(0, List.of(2L), List.of(Long.MAX_VALUE), "reach beyond"),
            new View(0, List.of(3L), List.of(Long.MAX_VALUE), "are too large"),
            new View(0, List.of(1L << 32, 1L << 32), List.of(0L, 0L), "are too large"),
            new View(0, List.of(1L), List.of(1L, 1L), "found 1 sides and 2 steps"),
            new View(
                0,
                Collections.nCopies(9, 0L),
                Collections.nCopies(9, 0L),
                "found 9 sides and 9 steps"))) {
      byte[] pickle = state(128, view.offset(), array(view.sides()), array(view.steps()));
      Message.says(refusal(zip(pickle, "0", new byte[512])), view.says());
      Message.says(refusal(legacy(pickle, 128, 512)), view.says());
    }
  }

  @Test
  void pickles_beyond_a_bound_are_refused() throws IOException {
    Message.says(
        refusal(zip(new Opcodes().repeat("(", 1 << 20).stop())), "nests values more than 100 deep");
    Message.says(
        refusal(zip(new Opcodes().repeat("]", 1 << 20).stop())),
        "more than 100000 values under way");
    Message.says(
        refusal(zip(new Opcodes().repeat("]0", 1 << 20).stop())), "more than 1000000 values");
    Message.says(
        refusal(zip(new Opcodes().put("]").repeat("\u0094", 1 << 20).stop())),
        "more than 1000000 values");
    Message.says(
        refusal(zip(new Opcodes().put("X\u00ff\u00ff\u00ff\u00ff").stop())),
        "found a text of 4294967295 bytes");
    Message.says(
        refusal(zip(new Opcodes().put("\u008b\u0000\u0000\u0000\u007f").stop())),
        "found a whole number of 2130706432 bytes");
    Message.says(
        refusal(
            zip(
                new Opcodes()
                    .put("\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")
                    .stop())),
        "found bytes, 18446744073709551615 of them");
    Message.says(
        refusal(zip(new Opcodes().repeat("N0", Pickle.MAX_BYTES / 2).stop())),
        "bytes, found 83886");
    Message.says(refusal(zip(new Opcodes().put(0x80).stop())), "has instruction 80 at byte 2");
    Message.says(refusal(zip(new Opcodes().put("h\u0007").stop())), "a remembered value");
    Message.says(refusal(zip(new Opcodes().put("(0").stop())), "a value that is not there");
    Message.says(refusal(zip(new Opcodes().put("t").stop())), "a mark that is not there");
  }

  @Test
  void values_that_hold_themselves_are_refused_in_finite_time() throws IOException {
    byte[] dict = new Opcodes().put("}q\u0000").text("state_dict").put("h\u0000s").stop();
    Message.says(refusal(zip(dict)), "tensor state_dict: expected a tensor, found a dictionary");
    byte[] list = new Opcodes().put("}").text("w").put("]q\u0000h\u0000as").stop();
    Message.says(refusal(zip(list)), "tensor w: expected a tensor, found a list");
    Opcodes nested = new Opcodes();
    for (int i = 0; i < 40_000; i++) {
      nested.put("}").text("w");
    }
    Message.says(
        refusal(zip(nested.put("N").repeat("s", 40_000).stop())),
        "expected a tensor, found a dict");
    Opcodes parameters = new Opcodes().put("}").text("w");
    parameters.tensor("0", 1, 0, new long[] {1}, new long[] {1}).put("q\u0000");
    for (int i = 0; i < 40_000; i++) {
      parameters.put("0").global("torch._utils", "_rebuild_parameter");
      parameters.put("h\u0000").put(0x85).put("Rq\u0000");
    }
    Message.says(refusal(zip(parameters.put("s").stop(), "0", new byte[4])), "malformed tensor");
  }

  @Test
  void a_compressed_entry_is_refused_whatever_is_in_it() throws IOException {
    byte[] pickle = state(16 << 20, 0, new long[] {16 << 20}, new long[] {1});
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      store(zip, "archive/data.pkl", pickle);
      zip.putNextEntry(new ZipEntry("archive/data/0"));
      zip.write(new byte[64 << 20]);
    }
    Message.says(
        refusal(bytes.toByteArray()),
        "archive/data/0: expected an entry that is stored, as PyTorch writes it; found 67108864"
            + " bytes compressed to");
    bytes.reset();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("archive/data.pkl"));
      zip.write(new byte[64 << 20]);
    }
    Message.says(
        refusal(bytes.toByteArray()), "archive/data.pkl: expected an entry that is stored");
  }

  @Test
  void archives_that_are_no_checkpoint_are_refused() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      store(zip, "readme.txt", new byte[3]);
    }
    Message.says(
        refusal(bytes.toByteArray()), "a zip archive with one NAME/data.pkl in it; found none");
    bytes.reset();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      store(zip, "a/data.pkl", new byte[3]);
      store(zip, "b/data.pkl", new byte[3]);
    }
    Message.says(refusal(bytes.toByteArray()), "found several");
    bytes.reset();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      store(zip, "a/data.pkl", new Opcodes().put("}").stop());
      store(zip, "a/byteorder", "big".getBytes(UTF_8));
    }
    Message.says(refusal(bytes.toByteArray()), "expected byte order little, found big");
    byte[] away = state("../../../etc/passwd");
    Message.says(refusal(zip(away)), "there is no entry archive/data/../../../etc/passwd");
    byte[] missing = new Opcodes().put("}").text("w").whole(1).put("s").stop();
    Message.says(refusal(zip(missing)), "tensor w: expected a tensor, found a whole number");
  }

  @Test
  void a_dictionary_that_fits_no_network_says_so() throws IOException {
    byte[] pickle = state(128, 0, new long[] {128}, new long[] {1});
    Message.says(refusal(zip(pickle, "0", new byte[512])), "the 1 tensors fit none of the archit");
    Message.says(refusal(legacy(pickle, 128, 512)), "the 1 tensors fit none of the architectures");
  }

  private IOException refusal(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("weights.pth"), bytes);
    IOException refusal = assertThrows(IOException.class, () -> Converters.read(file, Hints.NONE));
    assertEquals(
        0, String.valueOf(refusal.getMessage()).chars().filter(Character::isISOControl).count());
    return refusal;
  }

  /** A dictionary of one tensor. */
  private static byte[] state(long numbers, long offset, long[] sides, long[] steps) {
    return new Opcodes()
        .put("}")
        .text("w")
        .tensor("0", numbers, offset, sides, steps)
        .put("s")
        .stop();
  }

  private static long[] array(List<Long> numbers) {
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }

  private static byte[] state(String key) {
    long[] one = {1};
    return new Opcodes().put("}").text("w").tensor(key, 1, 0, one, one).put("s").stop();
  }

  private static byte[] zip(byte[] pickle) throws IOException {
    return zip(pickle, "1", new byte[0]);
  }

  private static byte[] zip(byte[] pickle, String key, byte[] storage) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      store(zip, "archive/data.pkl", pickle);
      store(zip, "archive/data/" + key, storage);
    }
    return bytes.toByteArray();
  }

  private static void store(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }

  private static byte[] legacy(byte[] pickle) {
    return legacy(pickle, 1, 4);
  }

  /** The five pickles, and a storage that says to have so many numbers and has so many bytes. */
  private static byte[] legacy(byte[] pickle, long numbers, int bytes) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    Opcodes magic = new Opcodes().put(0x8a).put(10);
    for (int octet : new int[] {0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19}) {
      magic.put(octet);
    }
    file.writeBytes(magic.stop());
    file.writeBytes(new Opcodes().whole(1001).stop());
    file.writeBytes(new Opcodes().put("}").text("little_endian").put("\u0088s").stop());
    file.writeBytes(pickle);
    file.writeBytes(new Opcodes().put("]").text("0").put("a").stop());
    file.writeBytes(Opcodes.little(8).putLong(numbers).array());
    file.writeBytes(new byte[bytes]);
    return file.toByteArray();
  }
}
