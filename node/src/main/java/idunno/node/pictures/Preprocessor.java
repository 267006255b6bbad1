package idunno.node.pictures;

import idunno.core.models.Preprocessing;
import idunno.core.models.Preprocessing.Channels;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes a picture into a network's input, as {@link Preprocessing} says: decoded, turned upright,
 * resized, cut in the middle, scaled.
 *
 * <p>The conventions are torchvision's on PIL pictures: the longer side becomes {@code (int)
 * (resizeTo * long / short)}, the cut begins at half the difference, halves rounded to the even
 * neighbour as Python's {@code round} does. Only the rows and columns inside the cut are computed.
 * Rows are resized across first and are then combined downwards, each step rounded to 8 bits, in
 * PIL's order.
 *
 * <p>Any number of threads may use one preprocessor, each with a {@link Scratch} of its own.
 */
public final class Preprocessor {
  /**
   * Above this many rows a picture is so tall that resizing a row twice is cheaper than keeping it.
   */
  private static final int MAX_KEPT_ROWS = 1024;

  /** Pictures come in few sizes; beyond this many the tables are made anew for each picture. */
  private static final int MAX_TABLES = 256;

  /** Tables of longer sides are large, and such pictures slow to decode: not worth keeping. */
  private static final int MAX_KEPT_SIDE = 8192;

  private record Side(int in, long out, long from, int wanted) {}

  private final Preprocessing how;
  private final float[][] values; // by the tensor's channel, by the 8-bit value
  private final ConcurrentHashMap<Side, ResizeTaps> tables = new ConcurrentHashMap<>();

  /** Prepares for one model's preprocessing. */
  public Preprocessor(Preprocessing how) {
    this.how = how;
    this.values = new float[3][256];
    for (int c = 0; c < 3; c++) {
      for (int v = 0; v < 256; v++) {
        values[c][v] = (v * how.scale() - how.mean().get(c)) / how.std().get(c);
      }
    }
  }

  /** The floats that one picture becomes: 3 x height x width. */
  public int floatsPerPicture() {
    return 3 * how.width() * how.height();
  }

  /** Working memory of one thread, reused from picture to picture. */
  public static final class Scratch {
    private final float[] line;
    private final int[] sums;
    private final byte[] pixels;
    private int[][] rows = {};
    private int[] rowIn = {};

    private Scratch(int width, int height) {
      line = new float[3 * width];
      sums = new int[3 * width];
      pixels = new byte[3 * width * height];
    }

    /**
     * The picture as the model wants it but for its scale: resized and cut, 8 bits for each of red,
     * green and blue, row by row.
     */
    public byte[] pixels() {
      return pixels;
    }

    private void makeRoom(int count) {
      if (rows.length < count) {
        int[][] more = Arrays.copyOf(rows, count);
        for (int i = rows.length; i < count; i++) {
          more[i] = new int[sums.length];
        }
        rows = more;
        rowIn = new int[count];
      }
      Arrays.fill(rowIn, -1);
    }
  }

  /** Working memory for one thread. */
  public Scratch scratch() {
    return new Scratch(how.width(), how.height());
  }

  /**
   * Decodes a picture's file as the model wants it.
   *
   * @param file the file's bytes
   * @throws BrokenPicture as {@link PictureDecoder#decode(byte[])}
   */
  public Picture decode(byte[] file) throws BrokenPicture {
    return PictureDecoder.decode(file, how.orientation(), how.alpha());
  }

  /**
   * Writes one picture's input values.
   *
   * @param picture the decoded picture
   * @param scratch this thread's working memory, from {@link #scratch}
   * @param into where the values go, in the layout that the model wants; its position stays
   * @param offset the index of the first value in {@code into}
   */
  public void write(Picture picture, Scratch scratch, FloatBuffer into, int offset) {
    resize(picture, scratch);
    write(scratch, into, offset);
  }

  /** Resizes and cuts a decoded picture: the first half of {@link #write}. */
  public void resize(Picture picture, Scratch scratch) {
    int shorter = Math.min(picture.width(), picture.height());
    ResizeTaps across = taps(side(picture.width(), shorter, how.width()));
    ResizeTaps down = taps(side(picture.height(), shorter, how.height()));
    int kept = Math.min(Math.min(down.most(), picture.height()), MAX_KEPT_ROWS);
    scratch.makeRoom(kept);
    int length = 3 * how.width();
    for (int y = 0; y < how.height(); y++) {
      combineRows(picture, scratch, kept, across, down, y);
      for (int i = 0; i < length; i++) {
        scratch.pixels[y * length + i] = (byte) scratch.sums[i];
      }
    }
  }

  /** Writes the input values of the pixels in the working memory: the second half. */
  public void write(Scratch scratch, FloatBuffer into, int offset) {
    for (int y = 0; y < how.height(); y++) {
      writeRow(scratch, into, offset, y);
    }
  }

  /** What the pixels depend on besides the picture: models alike in it may share them. */
  public PixelShape shape() {
    return PixelShape.of(how);
  }

  private Side side(int in, int shorter, int wanted) {
    return switch (how.resize()) {
      case SHORTER_SIDE -> {
        long out = (long) ((double) ((long) how.resizeTo() * in) / shorter);
        yield new Side(in, out, (long) Math.rint((out - wanted) / 2.0), wanted);
      }
      case SQUASH -> new Side(in, wanted, 0, wanted);
    };
  }

  private ResizeTaps taps(Side side) {
    ResizeTaps known = tables.get(side);
    if (known == null) {
      known = ResizeTaps.of(how.filter(), side.in(), side.out(), side.from(), side.wanted());
      if (side.in() <= MAX_KEPT_SIDE && tables.size() < MAX_TABLES) {
        tables.put(side, known);
      }
    }
    return known;
  }

  private static void combineRows(
      Picture picture, Scratch scratch, int kept, ResizeTaps across, ResizeTaps down, int y) {
    int[] sums = scratch.sums;
    Arrays.fill(sums, ResizeTaps.HALF);
    for (int t = 0; t < down.count(y); t++) {
      int in = down.first(y) + t;
      int slot = in % kept;
      int[] row = scratch.rows[slot];
      if (scratch.rowIn[slot] != in) {
        across.resizeRow(picture.rgb(), in * picture.width() * 3, row);
        scratch.rowIn[slot] = in;
      }
      int weight = down.weight(y, t);
      for (int i = 0; i < sums.length; i++) {
        sums[i] += row[i] * weight;
      }
    }
    down.round(sums);
  }

  private void writeRow(Scratch scratch, FloatBuffer into, int offset, int y) {
    int width = how.width();
    byte[] pixels = scratch.pixels;
    int first = 3 * y * width;
    float[] line = scratch.line;
    boolean planes = how.layout() == Preprocessing.Layout.NCHW;
    for (int c = 0; c < 3; c++) {
      float[] value = values[c];
      int from = how.channels() == Channels.RGB ? c : 2 - c;
      int to = planes ? c * width : c;
      int step = planes ? 1 : 3;
      for (int x = 0; x < width; x++) {
        line[to + x * step] = value[pixels[first + 3 * x + from] & 0xff];
      }
    }
    if (planes) {
      for (int c = 0; c < 3; c++) {
        into.put(offset + (c * how.height() + y) * width, line, c * width, width);
      }
    } else {
      into.put(offset + 3 * y * width, line, 0, 3 * width);
    }
  }
}
