package idunno.node.pictures;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import idunno.node.natives.NativeLibraries;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import org.lwjgl.system.MemoryUtil;

/**
 * Four functions of libwebp ({@code webp/decode.h}), called as they are.
 *
 * <p>The library comes in the jar {@code com.github.usefulness:webp-imageio}, of whose classes none
 * is used; see decision 0015.
 */
final class WebpLibrary {
  /** What to say to a library that could not be loaded, once it is needed. */
  private sealed interface Loaded {}

  private record Functions(MethodHandle info, MethodHandle rgb, MethodHandle rgba)
      implements Loaded {}

  private record Missing(Throwable why) implements Loaded {}

  /** Version 1.3.2: earlier ones write past their tables for a hostile file (CVE-2023-4863). */
  private static final int OLDEST_SAFE = 0x010302;

  private static final Loaded LOADED = load();

  private WebpLibrary() {}

  @SuppressWarnings("restricted") // native code; the types below are those of its header
  private static Loaded load() {
    try {
      SymbolLookup library =
          SymbolLookup.libraryLookup(NativeLibraries.unpackWebp(), Arena.global());
      int version =
          (int)
              bind(library, "WebPGetDecoderVersion", FunctionDescriptor.of(JAVA_INT)).invokeExact();
      if (version < OLDEST_SAFE) {
        throw new IllegalStateException(
            "expected libwebp 1.3.2 or later, found version 0x" + Integer.toHexString(version));
      }
      FunctionDescriptor decode =
          FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT);
      return new Functions(
          bind(
              library,
              "WebPGetInfo",
              FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS)),
          bind(library, "WebPDecodeRGBInto", decode),
          bind(library, "WebPDecodeRGBAInto", decode));
    } catch (Throwable e) {
      return new Missing(e);
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle bind(SymbolLookup library, String name, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), type);
  }

  private static Functions functions() {
    return switch (LOADED) {
      case Functions functions -> functions;
      case Missing(Throwable why) ->
          // Not the picture's fault: on another node it may well be read.
          throw new IllegalStateException(
              "WebP: this node has no library for it ("
                  + why.getMessage()
                  + "); it comes for Linux and macOS on x64 and arm64",
              why);
    };
  }

  /**
   * Decodes a still.
   *
   * @param file whose picture it is, for a complaint
   * @param still the still's file, which may differ from the picture's
   * @param wantsAlpha whether to keep the transparency
   * @param orientation what the result is to say of its orientation
   * @throws BrokenPicture if the library can't decode it
   */
  static Decoded decode(FileBytes file, byte[] still, boolean wantsAlpha, int orientation)
      throws BrokenPicture {
    Functions functions = functions();
    ByteBuffer input = MemoryUtil.memAlloc(still.length).put(still).flip();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = MemorySegment.ofBuffer(input);
      MemorySegment size = arena.allocate(JAVA_INT, 2);
      int known =
          (int) functions.info.invokeExact(data, (long) still.length, size, size.asSlice(4));
      if (known == 0) {
        throw file.broken("the header is damaged");
      }
      int width = size.getAtIndex(JAVA_INT, 0);
      int height = size.getAtIndex(JAVA_INT, 1);
      int pixels = file.checkSize(width, height);
      int channels = wantsAlpha ? 4 : 3;
      ByteBuffer output = MemoryUtil.memAlloc(channels * pixels);
      try {
        MethodHandle decode = wantsAlpha ? functions.rgba : functions.rgb;
        MemorySegment done =
            (MemorySegment)
                decode.invokeExact(
                    data,
                    (long) still.length,
                    MemorySegment.ofBuffer(output),
                    (long) channels * pixels,
                    channels * width);
        if (done.address() == 0) {
          throw file.broken("the data is damaged or ends too early");
        }
        byte[] rgb = new byte[3 * pixels];
        if (!wantsAlpha) {
          output.get(0, rgb);
          return new Decoded(width, height, rgb, null, orientation);
        }
        byte[] alpha = new byte[pixels];
        split(output, rgb, alpha);
        return new Decoded(width, height, rgb, alpha, orientation);
      } finally {
        MemoryUtil.memFree(output);
      }
    } catch (BrokenPicture | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("WebP: a native call failed", e);
    } finally {
      MemoryUtil.memFree(input);
    }
  }

  private static void split(ByteBuffer rgba, byte[] rgb, byte[] alpha) {
    for (int i = 0; i < alpha.length; i++) {
      rgba.get(4 * i, rgb, 3 * i, 3);
      alpha[i] = rgba.get(4 * i + 3);
    }
  }
}
