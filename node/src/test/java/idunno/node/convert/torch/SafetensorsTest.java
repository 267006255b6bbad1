package idunno.node.convert.torch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.node.convert.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  @TempDir private Path folder;

  @Test
  void a_header_is_read() throws IOException {
    byte[] file =
        file(
            "{'__metadata__':{'format':'pt'},'b':{'dtype':'F16','shape':[2],'data_offsets':[4,8]},"
                + "'a':{'dtype':'F32','shape':[1,1],'data_offsets':[0,4]}}",
            8);
    file[file.length - 1] = 0x3c;
    try (StateDict state = Torch.open(Files.write(folder.resolve("good"), file))) {
      assertEquals("{a=FLOAT32[1, 1], b=FLOAT16[2]}", state.tensors().toString());
      assertEquals(1f, Objects.requireNonNull(state.tensors().get("b")).read().floats()[1]);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "^F32^,^shape^:[2],^data_offsets^:[0,12]|within the 8 bytes behind the header, found [0,"
            + " 12]",
        "^F32^,^shape^:[2],^data_offsets^:[8,0]|within the 8 bytes behind the header, found [8, 0]",
        "^F32^,^shape^:[2],^data_offsets^:[-8,0]|within the 8 bytes",
        "^F32^,^shape^:[2],^data_offsets^:[0,9223372036854775807]|within the 8 bytes",
        "^F32^,^shape^:[2],^data_offsets^:[0,9223372036854775808]|expected whole numbers",
        "^F32^,^shape^:[2],^data_offsets^:[0]|within the 8 bytes behind the header, found [0]",
        "^F32^,^shape^:[2],^data_offsets^:[0,4]|reach beyond the 1 numbers",
        "^F32^,^shape^:[1],^data_offsets^:[0,8]|FLOAT32[1] has other than 8 bytes",
        "^F32^,^shape^:[1],^data_offsets^:[0,7]|FLOAT32[1] has other than 7 bytes",
        "^F32^,^shape^:[-2],^data_offsets^:[0,8]|expected no negative number",
        "^F32^,^shape^:[1073741824],^data_offsets^:[0,8]|reach beyond the 2 numbers",
        "^F32^,^shape^:[4611686018427387904,4],^data_offsets^:[0,8]|too large",
        "^F32^,^shape^:[2.0],^data_offsets^:[0,8]|expected whole numbers",
        "^F32^,^shape^:2,^data_offsets^:[0,8]|expected dtype, shape and data_offsets",
        "^F4^,^shape^:[2],^data_offsets^:[0,8]|type not known here: F4",
        "^F32^,^shape^:[1],^data_offsets^:[4,8]|expected to begin at byte 0, where the one before",
        "^F32^,^shape^:[1],^data_offsets^:[0,4]|4 bytes behind the last tensor belong to none",
      })
  void a_tensor_that_does_not_fit_its_bytes_is_refused(String tensor, String says)
      throws IOException {
    Message.says(refusal(file("{'a':{'dtype':" + tensor.replace('^', '\'') + "}}", 8)), says);
  }

  @Test
  void tensors_that_share_bytes_are_refused() throws IOException {
    String header =
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},"
            + "'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}";
    Message.says(
        refusal(file(header, 8)),
        "tensor b: expected to begin at byte 8, where the one before ends, found 4");
  }

  @Test
  void a_header_that_is_out_of_bounds_or_malformed_is_refused() throws IOException {
    byte[] file = file("{}", 0);
    byte[] huge = file.clone();
    Opcodes.little(8).putLong(1L << 60).rewind().get(huge, 0, 8);
    huge[8] = '{';
    Message.says(refusal(huge), "expected a header of at most 2 bytes, found 1152921504606846976");
    assertTrue(Torch.looksLike(Arrays.copyOf(huge, Torch.START_BYTES)));
    Message.says(refusal(file("{'a':", 0)), "the header is malformed");
    Message.says(refusal(file("{'a':1}", 0)), "expected dtype, shape and data_offsets");
    Message.says(refusal(file("{}{}", 0)), "the header is malformed");
    Message.says(refusal(file("{'a':" + "[".repeat(100_000), 0)), "the header is malformed");
    String twice = "'a':{'dtype':'F32','shape':[],'data_offsets':[0,4]}";
    Message.says(refusal(file("{" + twice + "," + twice + "}", 4)), "the header is malformed");
  }

  @Test
  void other_formats_are_not_taken_for_PyTorchs() {
    assertFalse(Torch.looksLike("{\"format\": \"layers-model\"}".getBytes(UTF_8)));
    assertFalse(Torch.looksLike("        {\"format\"".getBytes(UTF_8)));
    assertFalse(Torch.looksLike("\u001c\0\0\0TFL3{".getBytes(UTF_8)));
    assertFalse(Torch.looksLike("\b\b\u0012\u0007idunno".getBytes(UTF_8)));
    assertFalse(Torch.looksLike(new byte[0]));
    assertTrue(Torch.looksLike("PK\u0003\u0004".getBytes(UTF_8)));
    assertTrue(Torch.looksLike(new byte[] {(byte) 0x80, 2}));
    assertTrue(Torch.looksLike(Arrays.copyOf(Weights.bytes("small.safetensors"), 9)));
  }

  private IOException refusal(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("bad"), bytes);
    return assertThrows(IOException.class, () -> Torch.open(file).close());
  }

  private static byte[] file(String header, int bytes) {
    byte[] json = header.replace('\'', '"').getBytes(UTF_8);
    ByteBuffer file = ByteBuffer.wrap(new byte[8 + json.length + bytes]);
    return file.order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json).array();
  }
}
