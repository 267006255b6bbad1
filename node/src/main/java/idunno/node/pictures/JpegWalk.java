package idunno.node.pictures;

/**
 * Walks a JPEG file (ITU-T T.81, annex B) from marker to marker: every segment of a known kind, its
 * tables well-formed, no larger a picture than the file can hold, at least one scan, and the end
 * marker.
 */
final class JpegWalk {
  /** Behind the marker's own two bytes and the length's. */
  private static final int FRAME_COMPONENTS_AT = 7;

  private static final int COLOURS_OF_PRINT = 4;

  private static final int EXIF_SEGMENT = 0xE1;
  private static final int ADOBE_SEGMENT = 0xEE;

  /** A progressive picture has some ten scans; each costs the time of a whole picture. */
  private static final int MOST_SCANS = 256;

  private static final int HUFFMAN_TABLES = 0xC4;
  private static final int END = 0xD9;
  private static final int SCAN = 0xDA;
  private static final int QUANTIZATION_TABLES = 0xDB;
  private static final int LINE_COUNT = 0xDC;
  private static final int RESTART_INTERVAL = 0xDD;
  private static final int COMMENT = 0xFE;

  private final FileBytes file;

  private int orientation = Exif.NONE;
  private boolean exifSeen;
  private boolean adobeSeen;
  private int components;

  private JpegWalk(FileBytes file) {
    this.file = file;
  }

  /** Walks a whole file. */
  static JpegWalk of(FileBytes file) throws BrokenPicture {
    JpegWalk walk = new JpegWalk(file);
    walk.walk();
    return walk;
  }

  /** The EXIF orientation. */
  int orientation() {
    return orientation;
  }

  /**
   * Whether there are four components, and no segment of Adobe's to say how they make a colour. PIL
   * takes such a picture for inverted CMYK, as Adobe's are.
   */
  boolean isPrintWithoutAdobe() {
    return components == COLOURS_OF_PRINT && !adobeSeen;
  }

  private void walk() throws BrokenPicture {
    int at = 2;
    int frames = 0;
    int scans = 0;
    while (true) {
      while (file.at(at) != 0xFF) {
        at++;
      }
      while (file.at(at) == 0xFF) {
        at++;
      }
      int marker = file.at(at++);
      if (marker == END) {
        if (scans == 0) {
          throw file.broken("the end comes before any picture data");
        }
        return;
      }
      int next = at + Math.max(2, file.big16(at));
      switch (marker) {
        case HUFFMAN_TABLES -> checkHuffman(at + 2, next);
        case QUANTIZATION_TABLES -> checkQuantization(at + 2, next);
        case RESTART_INTERVAL, LINE_COUNT -> checkEnd(at + 4, next);
        case SCAN -> {
          if (frames == 0 || ++scans > MOST_SCANS) {
            throw file.broken("expected a size and then 1 to " + MOST_SCANS + " scans");
          }
          next = endOfScan(next);
        }
        default -> {
          boolean frame = marker >= 0xC0 && marker <= 0xC2;
          frames += frame ? 1 : 0;
          if (frame) {
            checkFrame(at);
          }
          readApplication(marker, at, next);
          boolean application = marker >= 0xE0 && marker <= 0xEF;
          if (!(frame && frames == 1) && !application && marker != COMMENT) {
            throw file.broken(
                "segment %02x at byte %d is damaged or of a kind that is not read"
                    .formatted(marker, at));
          }
        }
      }
      at = next;
    }
  }

  private void checkFrame(int at) throws BrokenPicture {
    long pixels = file.checkSize(file.big16(at + 5), file.big16(at + 3));
    components = file.at(at + FRAME_COMPONENTS_AT);
    int widest = 1;
    int highest = 1;
    long blocks = 0;
    for (int pass = 0; pass < 2; pass++) {
      for (int i = 0; i < components; i++) {
        int sampling = file.at(at + FRAME_COMPONENTS_AT + 2 + 3 * i);
        widest = Math.max(widest, sampling >> 4);
        highest = Math.max(highest, sampling & 15);
        blocks += pass == 1 ? (long) (sampling >> 4) * (sampling & 15) : 0;
      }
    }
    // A block of 8 x 8 samples is at least one bit long.
    if (pixels / 64 * blocks / ((long) widest * highest) > 8L * file.length()) {
      throw file.broken(
          "%d x %d pixels can't be in a file of %d bytes"
              .formatted(file.big16(at + 5), file.big16(at + 3), file.length()));
    }
  }

  private void readApplication(int marker, int at, int next) {
    if (marker == EXIF_SEGMENT && !exifSeen && file.has(at + 2, next - at - 2, "Exif\0\0")) {
      exifSeen = true;
      orientation = Exif.orientation(file, at + 2, Math.min(next, file.length()) - at - 2);
    } else if (marker == ADOBE_SEGMENT && file.has(at + 2, next - at - 2, "Adobe")) {
      adobeSeen = true;
    }
  }

  /** Within a scan an FF is followed by 00 or by a restart marker; anything else ends it. */
  private int endOfScan(int from) throws BrokenPicture {
    for (int at = from; ; at++) {
      if (file.at(at) == 0xFF) {
        int next = file.at(at + 1);
        if (next != 0 && next != 0xFF && (next < 0xD0 || next > 0xD7)) {
          return at;
        }
      }
    }
  }

  private void checkHuffman(int from, int end) throws BrokenPicture {
    int at = from;
    while (at < end) {
      int kind = file.at(at);
      int codes = 0;
      int free = 1; // codes of the length at hand that are not taken
      for (int length = 1; length <= 16; length++) {
        int taken = file.at(at + length);
        codes += taken;
        free = 2 * free - taken;
        if (free < 0) {
          throw file.broken("a Huffman table has more codes than there can be");
        }
      }
      if ((kind & 0xEC) != 0 || codes > 256) {
        throw file.broken("a Huffman table is damaged");
      }
      at += 17 + codes;
    }
    checkEnd(at, end);
  }

  private void checkQuantization(int from, int end) throws BrokenPicture {
    int at = from;
    while (at < end) {
      int kind = file.at(at);
      if ((kind & 0xEC) != 0) {
        throw file.broken("a quantization table is damaged");
      }
      at += (kind & 0x10) == 0 ? 65 : 129;
    }
    checkEnd(at, end);
  }

  private void checkEnd(int found, int expected) throws BrokenPicture {
    if (found != expected) {
      throw file.broken("a segment of tables ends at byte " + expected + " and not " + found);
    }
  }
}
