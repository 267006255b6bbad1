package idunno.node.pictures;

/**
 * Reads the orientation out of an EXIF block (Exif 2.32, a TIFF file in small): a byte order, the
 * place of the first directory, and in it entries of twelve bytes, one of which may be tag 274.
 *
 * <p>Only that first directory is looked at, so a block costs no more than its few hundred entries.
 * A block that is damaged says nothing, and the picture stays as it is stored: it can be shown, so
 * it is no broken picture.
 */
final class Exif {
  /** What a block says that has no orientation. */
  static final int NONE = 1;

  private static final int ENTRY_BYTES = 12;
  private static final int ORIENTATION = 274;
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int MOST_ENTRIES = 512;

  private final FileBytes file;
  private final int start;
  private final int end;
  private final boolean little;

  private Exif(FileBytes file, int start, int end, boolean little) {
    this.file = file;
    this.start = start;
    this.end = end;
    this.little = little;
  }

  /**
   * The orientation, 1 to 8; {@link #NONE} if there is none that makes sense.
   *
   * @param file the picture's file
   * @param from where the block begins, with or without the word {@code Exif} and two zeros
   * @param length its length in bytes, inside the file
   */
  static int orientation(FileBytes file, int from, int length) {
    int start = file.has(from, length, "Exif\0\0") ? from + 6 : from;
    int end = from + length;
    boolean little = file.has(start, end - start, "II*\0");
    if (!little && !file.has(start, end - start, "MM\0*")) {
      return NONE;
    }
    try {
      return new Exif(file, start, end, little).find();
    } catch (BrokenPicture e) {
      return NONE;
    }
  }

  private int find() throws BrokenPicture {
    long directory = start + (number(start + 4, 4) & 0xFFFFFFFFL);
    if (directory + 2 > end) {
      return NONE;
    }
    int entries = Math.min(number((int) directory, 2), MOST_ENTRIES);
    int at = (int) directory + 2;
    for (int i = 0; i < entries && at + ENTRY_BYTES <= end; i++, at += ENTRY_BYTES) {
      if (number(at, 2) == ORIENTATION) {
        int bytes =
            switch (number(at + 2, 2)) {
              case SHORT -> 2;
              case LONG -> 4;
              default -> 0;
            };
        int found = bytes == 0 || number(at + 4, 4) != 1 ? NONE : number(at + 8, bytes);
        return found >= 1 && found <= 8 ? found : NONE;
      }
    }
    return NONE;
  }

  private int number(int at, int bytes) throws BrokenPicture {
    int value = 0;
    for (int i = 0; i < bytes; i++) {
      value = value << 8 | file.at(little ? at + bytes - 1 - i : at + i);
    }
    return value;
  }
}
