package idunno.node.convert.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.node.convert.Message;
import idunno.node.onnx.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints of a few numbers that PyTorch wrote; see {@code torch_reference.py}. */
class SmallCheckpointTest {
  private static final int DAMAGES = 1000;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "zip2.pth",
        "zip3.pth",
        "zip4.pth",
        "zip5.pth",
        "legacy2.pth",
        "legacy3.pth",
        "legacy4.pth",
        "legacy5.pth",
        "small.safetensors"
      })
  void views_and_types_are_read_as_PyTorch_wrote_them(String name) throws IOException {
    try (StateDict state = Torch.open(write(Weights.bytes(name)))) {
      assertEquals(
          Set.of(
              "plain", "turned", "part", "shared", "half", "brain", "double", "learned", "scalar",
              "none"),
          state.tensors().keySet());
      float[] count = new float[24];
      for (int i = 0; i < count.length; i++) {
        count[i] = i;
      }
      check(state, "plain", new int[] {2, 3, 4}, count);
      float[] turned = Tensor.of(new int[] {2, 3, 4}, count).transposed(2, 0, 1).floats();
      check(state, "turned", new int[] {4, 2, 3}, turned);
      check(state, "part", new int[] {3, 3}, 9, 10, 11, 14, 15, 16, 19, 20, 21);
      check(state, "shared", new int[] {4}, 20, 21, 22, 23);
      check(state, "half", new int[] {4}, 1.5f, -2.25f, 65504, 0x1p-24f);
      // The nearest to 3e38 of 8 bits.
      check(state, "brain", new int[] {3}, 1.5f, -2.25f, 0x1.c4p127f);
      check(state, "double", new int[] {2}, 0.1f, -2.25f);
      check(state, "learned", new int[] {2, 1}, 7, 8);
      check(state, "scalar", new int[0], 9);
      check(state, "none", new int[] {0, 3});
    }
  }

  private static void check(StateDict state, String name, int[] shape, float... values)
      throws IOException {
    Tensor tensor = Objects.requireNonNull(state.tensors().get(name)).read();
    assertArrayEquals(shape, tensor.shape(), name);
    assertArrayEquals(values, tensor.floats(), name);
  }

  @Test
  void a_whole_module_is_refused_with_what_to_save_instead() throws IOException {
    Message.says(
        refusal(Weights.bytes("module.pth")),
        "the pickle asks for torch.nn.modules.linear.Linear: it seems to hold a whole module, which"
            + " is code; save its tensors alone with torch.save(model.state_dict(), file)");
    Message.says(
        refusal(Weights.bytes("script.pth")),
        "it holds a TorchScript module, which is code; save its tensors alone");
  }

  @ParameterizedTest
  @ValueSource(strings = {"zip4.pth", "legacy2.pth", "legacy4.pth", "small.safetensors"})
  void a_file_cut_off_anywhere_is_refused(String name) throws IOException {
    byte[] whole = Weights.bytes(name);
    for (int length = 0; length < whole.length; length++) {
      refusal(Arrays.copyOf(whole, length));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"zip2.pth", "zip4.pth", "legacy2.pth", "legacy4.pth", "small.safetensors"})
  void damage_is_refused_or_harmless_and_never_anything_else(String name) throws IOException {
    byte[] whole = Weights.bytes(name);
    Random random = new Random(7);
    int refused = 0;
    for (int i = 0; i < DAMAGES; i++) {
      byte[] damaged = whole.clone();
      for (int hits = 1 + random.nextInt(3); hits > 0; hits--) {
        // Numbers near the ends of their ranges are in the way more often than others.
        int[] values = {0, 1, 0x7f, 0x80, 0xff, random.nextInt(256)};
        damaged[random.nextInt(whole.length)] = (byte) values[random.nextInt(values.length)];
      }
      Path file = write(damaged);
      try (StateDict state = Torch.open(file)) {
        for (StoredTensor tensor : state.tensors().values()) {
          assertTrue(tensor.read().bytes().length <= 64 * whole.length);
        }
      } catch (IOException e) {
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError(name + ", damage " + i, e);
      }
    }
    assertTrue(refused > DAMAGES / 20, "only " + refused + " of " + DAMAGES + " were refused");
  }

  private IOException refusal(byte[] bytes) throws IOException {
    Path file = write(bytes);
    return assertThrows(
        IOException.class,
        () -> {
          try (StateDict state = Torch.open(file)) {
            for (StoredTensor tensor : state.tensors().values()) {
              tensor.read();
            }
          }
        });
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("weights"), bytes);
  }
}
