package idunno.node.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.node.natives.NativeLibraries;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevicesTest {
  private static final DeviceWish AUTO = new DeviceWish.Auto();
  private static final DeviceWish FIRST_CARD = new DeviceWish.Exactly(new Device.Cuda(0));

  /** What ONNX Runtime 1.29 for cards said on a machine without CUDA. */
  private static final String NO_CUDA =
      "Error code - ORT_FAIL - message: provider_bridge_ort.cc:1988 onnxruntime::Provider&"
          + " onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load"
          + " library /x/libonnxruntime_providers_cuda.so with error: %s: cannot open shared object"
          + " file: No such file or directory";

  @TempDir Path folder;

  /** A machine of which a test says what it has. */
  private static final class Pretended implements Devices.Machine {
    final boolean libraries;
    final boolean driver;
    final @Nullable String failure;
    final List<Device.Cuda> tried = new ArrayList<>();

    Pretended(boolean libraries, boolean driver, @Nullable String failure) {
      this.libraries = libraries;
      this.driver = driver;
      this.failure = failure;
    }

    @Override
    public boolean hasLibraries() {
      return libraries;
    }

    @Override
    public boolean hasDriver() {
      return driver;
    }

    @Override
    public void tryOut(Device.Cuda card) throws IOException {
      tried.add(card);
      if (failure != null) {
        throw new IOException(failure);
      }
    }
  }

  @Test
  void a_wish_is_read_and_anything_else_refused() {
    assertEquals(AUTO, DeviceWish.parse("auto"));
    assertEquals(new DeviceWish.Exactly(Device.CPU), DeviceWish.parse("cpu"));
    assertEquals(FIRST_CARD, DeviceWish.parse("cuda"));
    assertEquals("Exactly[device=cuda:3]", DeviceWish.parse("cuda:3").toString());
    for (String wrong : List.of("", "gpu", "cuda:", "cuda:-1", "cuda:256", "cuda:9999", "CPU")) {
      assertThrows(IllegalArgumentException.class, () -> DeviceWish.parse(wrong), wrong);
    }
  }

  @Test
  void a_card_that_works_is_taken() throws Exception {
    Pretended machine = new Pretended(true, true, null);
    assertEquals(
        new Devices.Choice(new Device.Cuda(0), Optional.empty()), Devices.choose(AUTO, machine));
    assertEquals(
        new Device.Cuda(2),
        Devices.choose(new DeviceWish.Exactly(new Device.Cuda(2)), machine).device());
    assertEquals(List.of(new Device.Cuda(0), new Device.Cuda(2)), machine.tried);
  }

  @Test
  void without_a_card_in_sight_nobody_is_bothered() throws Exception {
    assertEquals(
        new Devices.Choice(Device.CPU, Optional.empty()),
        Devices.choose(AUTO, new Pretended(false, false, null)));
    Pretended machine = new Pretended(true, true, "must not be tried");
    assertEquals(
        new Devices.Choice(Device.CPU, Optional.empty()),
        Devices.choose(new DeviceWish.Exactly(Device.CPU), machine));
    assertEquals(List.of(), machine.tried);
  }

  @Test
  void a_card_whose_library_is_missing_is_told_of_with_where_to_get_it() throws Exception {
    Devices.Choice choice = Devices.choose(AUTO, new Pretended(false, true, null));
    assertEquals(Device.CPU, choice.device());
    String remark = choice.remark().orElseThrow();
    assertTrue(remark.contains("on the processor, not on a card"), remark);
    assertTrue(remark.contains("onnxruntime_gpu-1.29.0.jar"), remark);
    assertTrue(remark.contains("https://repo1.maven.org/maven2/"), remark);
  }

  @Test
  void what_was_wished_for_by_name_is_refused_where_auto_falls_back_aloud() throws Exception {
    Pretended machine = new Pretended(true, true, NO_CUDA.formatted("libcublasLt.so.12"));
    Devices.Choice choice = Devices.choose(AUTO, machine);
    assertEquals(Device.CPU, choice.device());
    assertTrue(choice.remark().orElseThrow().contains("CUDA 12's runtime is missing"));
    DeviceUnavailable refused =
        assertThrows(DeviceUnavailable.class, () -> Devices.choose(FIRST_CARD, machine));
    String said = String.valueOf(refused.getMessage());
    assertTrue(
        said.startsWith("device cuda:0: CUDA 12's runtime is missing (no libcublasLt"), said);
    assertTrue(said.contains("--device cpu"), said);
  }

  @Test
  void each_library_that_may_be_missing_has_its_own_advice() {
    Device.Cuda card = new Device.Cuda(1);
    assertTrue(
        GpuFailure.explain(card, NO_CUDA.formatted("libcuda.so.1")).contains("driver is missing"));
    assertTrue(
        GpuFailure.explain(card, NO_CUDA.formatted("libcudnn.so.9")).contains("libcudnn9-cuda-12"));
    assertTrue(
        GpuFailure.explain(card, "Failed to find CUDA shared provider").contains("--gpu-jar"));
    assertTrue(GpuFailure.explain(card, "CUDA failure 35: ...").contains("update it to 525"));
    assertTrue(GpuFailure.explain(card, "CUDA failure 101: ...").contains("there is no card 1"));
    assertEquals("no such luck", GpuFailure.explain(card, "no such luck\nand more"));
  }

  @Test
  void a_jar_of_another_version_or_without_libraries_for_this_machine_is_refused()
      throws Exception {
    String library =
        "ai/onnxruntime/native/%s/%s"
            .formatted(
                NativeLibraries.platform(), System.mapLibraryName("onnxruntime_providers_cuda"));
    GpuJar.check(jar("onnxruntime_gpu-1.29.0.jar", "1.29.0", library));
    assertRefused(jar("old.jar", "1.20.0", library), "expected ONNX Runtime 1.29.0, found version");
    assertRefused(jar("empty.jar", "1.29.0", "nothing"), "expected " + library);
    assertRefused(Files.writeString(folder.resolve("text.jar"), "text"), "cannot be read as a jar");
    assertRefused(folder.resolve("absent.jar"), "cannot be read as a jar");
  }

  private static void assertRefused(Path jar, String why) throws Exception {
    String said =
        String.valueOf(
            assertThrows(DeviceUnavailable.class, () -> Devices.choose(FIRST_CARD, jar))
                .getMessage());
    assertTrue(said.contains(why), said);
    Devices.Choice choice = Devices.choose(AUTO, jar);
    assertEquals(Device.CPU, choice.device());
    assertTrue(choice.remark().orElseThrow().contains(why));
  }

  @Test
  void of_several_jars_the_one_that_fits_is_found() throws Exception {
    assertEquals(Optional.empty(), Devices.jarIn(folder));
    assertEquals(Optional.empty(), Devices.jarIn(folder.resolve("absent")));
    jar("onnxruntime_gpu-1.20.0.jar", "1.20.0", "x");
    Path fits = jar("onnxruntime_gpu-1.29.0.jar", "1.29.0", "x");
    jar("onnxruntime_gpu-1.30.0.jar", "1.30.0", "x");
    assertEquals(Optional.of(fits), Devices.jarIn(folder));
  }

  private Path jar(String name, String version, String entry) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, version);
    Path file = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out, manifest)) {
      jar.putNextEntry(new ZipEntry(entry));
      jar.closeEntry();
    }
    return file;
  }
}
