"""Makes pictures.zip: small pictures of every kind, what PIL reads from each, and what it resizes.

Usage: /usr/bin/python3 pictures.py FOLDER

FOLDER is src/test/resources/idunno/node/pictures, where panda.jpg lies and pictures.zip is put.
Made with PIL 9.4.0 (Debian's python3-pil, libjpeg-turbo 2.1, libwebp 1.2.4) and numpy.

Beside each picture NAME lie NAME.rgb (upright, as convert("RGB") has it), for some NAME.stored (as
it lies in the file) and NAME.white, NAME.black (laid on that). For each line of resizes.txt, SOURCE
RESIZE FILTER TO WIDTH HEIGHT, there is a file of that name with _ for the spaces. All of these are
width and height, four bytes each, the highest first, and then the pixels.

Contents that are the same are kept once: index.txt says, for each name, under which.

What PIL can't write is written here byte by byte, and then read by PIL all the same.
"""

import io
import struct
import sys
import zipfile
import zlib

import numpy
from PIL import Image, ImageOps

FOLDER = sys.argv[1] + "/"
FILES = {}
PHOTO = Image.open(FOLDER + "panda.jpg").convert("RGB")
SMALL = PHOTO.resize((29, 22), Image.LANCZOS)
RANDOM = numpy.random.RandomState(7)


def pixels(picture):
    return struct.pack(">II", *picture.size) + picture.convert("RGB").tobytes()


def laid_on(picture, colour):
    picture = picture.convert("RGBA")
    ground = Image.new("RGB", picture.size, colour)
    ground.paste(picture.convert("RGB"), mask=picture.getchannel("A"))
    return ground


def add(name, data, alpha=False, expected=None):
    """Keeps a file, and what PIL makes of it."""
    FILES[name] = data
    picture = Image.open(io.BytesIO(data))
    picture.load()
    upright = ImageOps.exif_transpose(picture)
    FILES[name + ".rgb"] = pixels(expected or upright)
    if upright.size != picture.size or upright.tobytes() != picture.tobytes():
        FILES[name + ".stored"] = pixels(picture)
    if alpha:
        FILES[name + ".white"] = pixels(laid_on(picture, "white"))
        FILES[name + ".black"] = pixels(laid_on(picture, "black"))


def saved(picture, kind, **how):
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def exif(orientation, order="<", size=2):
    """A block with two entries, the second the orientation; not by PIL, so that both can err."""
    kind, form = {1: (1, "Bxxx"), 2: (3, "Hxx"), 4: (4, "I")}[size]
    return (
        b"Exif\0\0"
        + {"<": b"II", ">": b"MM"}[order]
        + struct.pack(order + "HI", 42, 8)
        + struct.pack(order + "H", 2)
        + struct.pack(order + "HHIHxx", 0x0103, 3, 1, 6)
        + struct.pack(order + "HHI" + form, 0x0112, kind, 1, orientation)
        + struct.pack(order + "I", 0)
    )


# PNG: every colour type and depth, all filters in turn, whole and interlaced.


def filtered(rows, back):
    """Packs the rows of one pass, with the five filters in turn."""
    out = bytearray()
    above = bytes(len(rows[0])) if rows else b""
    for y, row in enumerate(rows):
        kind = y % 5
        out.append(kind)
        for i, value in enumerate(row):
            left = row[i - back] if i >= back else 0
            up = above[i]
            corner = above[i - back] if i >= back else 0
            estimate = left + up - corner
            paeth = min((left, up, corner), key=lambda v: abs(estimate - v))
            out.append((value - (0, left, up, (left + up) // 2, paeth)[kind]) & 255)
        above = row
    return bytes(out)


def png(samples, colour, depth, interlaced, extra=()):
    """A PNG of an array of rows, columns, samples."""
    height, width, count = samples.shape
    passes = [(0, 0, 1, 1)]
    if interlaced:
        passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)]
        passes += [(0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    data = b""
    for x, y, dx, dy in passes:
        part = samples[y::dy, x::dx]
        if part.size:
            if depth == 16:
                rows = [row.astype(">u2").tobytes() for row in part]
            else:
                bits = numpy.unpackbits(part.astype("u1")[..., None], axis=-1)[..., 8 - depth :]
                rows = [numpy.packbits(row.reshape(-1)).tobytes() for row in bits]
            data += filtered(rows, max(1, depth * count // 8))
    packed = zlib.compress(data, 9)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    chunks = [(b"IHDR", header), *extra]
    chunks += [(b"IDAT", packed[:50]), (b"IDAT", packed[50:]), (b"IEND", b"")]
    out = b"\x89PNG\r\n\x1a\n"
    for kind, content in chunks:
        out += struct.pack(">I", len(content)) + kind + content
        out += struct.pack(">I", zlib.crc32(kind + content))
    return out


def make_png():
    rgb = numpy.asarray(SMALL).astype("u4")
    grey = numpy.asarray(SMALL.convert("L")).astype("u4")[..., None]
    ramp = numpy.broadcast_to(numpy.linspace(0, 255, 29).astype("u4")[None, :, None], grey.shape)
    low = RANDOM.randint(0, 256, rgb.shape).astype("u4")

    def wide(values):
        return values * 256 + low[..., : values.shape[2]]

    def put(name, values, colour, depth, extra=(), **how):
        for interlaced in (False, True):
            full = name + ("i" if interlaced else "") + ".png"
            add(full, png(values, colour, depth, interlaced, extra), **how)

    for depth in (1, 2, 4, 8):
        put("grey%d" % depth, grey >> (8 - depth), 0, depth)
    # PIL makes everything above 255 of 65,535 white; the upper eight bits are what is meant.
    put("grey16", wide(grey), 0, 16, expected=Image.fromarray(grey[..., 0].astype("u1")))
    put("rgb8", rgb, 2, 8)
    put("rgb16", wide(rgb), 2, 16)
    put("greyalpha8", numpy.concatenate([grey, ramp], 2), 4, 8, alpha=True)
    put("greyalpha16", wide(numpy.concatenate([grey, ramp], 2)), 4, 16, alpha=True)
    put("rgba8", numpy.concatenate([rgb, ramp], 2), 6, 8, alpha=True)
    wider = numpy.concatenate([wide(rgb), ramp * 257], 2)
    put("rgba16", wider, 6, 16, alpha=True)
    for depth in (1, 2, 4, 8):
        indexed = SMALL.quantize(min(200, 1 << depth))
        colours = indexed.getpalette()[: 3 * min(200, 1 << depth)]
        index = numpy.asarray(indexed).astype("u4")[..., None]
        put("palette%d" % depth, index, 3, depth, [(b"PLTE", bytes(colours))])
        see_through = bytes([0, 128, 255, 60][: 1 << depth])
        extra = [(b"PLTE", bytes(colours)), (b"tRNS", see_through)]
        put("palettealpha%d" % depth, index, 3, depth, extra, alpha=True)
    few = SMALL.quantize(8).getpalette()[:12]
    past = numpy.asarray(SMALL.quantize(8)).astype("u4")[..., None]
    put("palettepast", past, 3, 8, [(b"PLTE", bytes(few))])
    put("greykey", grey >> 4 << 4, 0, 8, [(b"tRNS", b"\0\x80")], alpha=True)
    put("rgbkey", rgb >> 6 << 6, 2, 8, [(b"tRNS", b"\0\x80\0\x80\0\x80")], alpha=True)
    for width, height in ((1, 1), (2, 5), (5, 1), (9, 4)):
        put("tiny%dx%d" % (width, height), rgb[:height, :width], 2, 8)
    for turn in range(1, 10):
        block = exif(turn, "<>"[turn % 2], (1, 2, 4)[turn % 3])[6:]
        add("turned%d.png" % turn, png(rgb[:13, :20], 2, 8, False, [(b"eXIf", block)]))


def make_gif():
    for colours in (2, 3, 16, 100, 256):
        add("colours%d.gif" % colours, saved(SMALL.quantize(colours), "GIF", interlace=colours % 2))
    add("grey.gif", saved(SMALL.convert("L"), "GIF"))
    noise = Image.fromarray(RANDOM.randint(0, 256, (70, 80)).astype("u1"), "P")
    noise.putpalette([(7 * i) & 255 for i in range(768)])
    add("noise.gif", saved(noise, "GIF"))
    flat = Image.new("P", (120, 110), 1)
    flat.putpalette([0, 0, 0, 200, 10, 40])
    add("flat.gif", saved(flat, "GIF"))
    for rows in range(1, 10):
        add("rows%d.gif" % rows, saved(SMALL.crop((0, 0, 7, rows)).quantize(8), "GIF", interlace=1))
    clear = saved(SMALL.quantize(16), "GIF", transparency=3)
    add("clear.gif", clear, alpha=True)
    more = [SMALL.rotate(90).quantize(8), SMALL.rotate(180).quantize(8)]
    add("moving.gif", saved(SMALL.quantize(8), "GIF", save_all=True, append_images=more))
    # A frame that begins elsewhere, on a larger picture, with and without a transparent colour; and
    # one that reaches beyond it.
    for name, data in (("inset", saved(SMALL.quantize(16), "GIF")), ("clearinset", clear)):
        data = bytearray(data)
        frame = data.index(b",\0\0\0\0" + struct.pack("<HH", 29, 22))
        data[frame + 1 : frame + 5] = struct.pack("<HH", 4, 7)
        data[6:10] = struct.pack("<HH", 40, 31)
        add(name + ".gif", bytes(data), alpha=name == "clearinset")
        data[6:10] = struct.pack("<HH", 20, 25)
        add(name + "beyond.gif", bytes(data))
    # The colours in a table of the frame's own.
    data = saved(SMALL.quantize(16), "GIF")
    flags, size = data[10], 6 << (data[10] & 7)
    table, rest = data[13 : 13 + size], data[13 + size :]
    frame = rest.index(b",\0\0\0\0")
    own = rest[:frame] + rest[frame : frame + 9] + bytes([rest[frame + 9] | 0x80 | flags & 7]) + table
    own += rest[frame + 10 :]
    add("own.gif", data[:10] + bytes([flags & 0x7F]) + data[11:13] + own)


def make_bmp():
    rgb = numpy.asarray(SMALL).astype("u4")
    for mode in ("1", "L", "RGB"):
        add("mode%s.bmp" % mode, saved(SMALL.convert(mode), "BMP"))
    add("palette8.bmp", saved(SMALL.quantize(90), "BMP"))
    clear = SMALL.convert("RGBA")
    clear.putalpha(SMALL.convert("L"))
    add("alpha.bmp", saved(clear, "BMP"), alpha=True)

    def bmp(bits, packing, data, between=b"", colours=0, height=22, core=False):
        head = struct.pack("<IiiHHIIiiII", 40, 29, height, 1, bits, packing, len(data), 0, 0, colours, 0)
        if core:
            head = struct.pack("<IHHHH", 12, 29, height, 1, bits)
        start = 14 + len(head) + len(between)
        return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + head + between + data

    def rows(values, size):
        out = b""
        for row in values[::-1]:
            line = row.tobytes()
            out += line + bytes(-len(line) % 4)
        return out

    blue, green, red = rgb[..., 2], rgb[..., 1], rgb[..., 0]
    five = (red >> 3 << 10 | green >> 3 << 5 | blue >> 3).astype("<u2")
    six = (red >> 3 << 11 | green >> 2 << 5 | blue >> 3).astype("<u2")
    whole = (red << 16 | green << 8 | blue).astype("<u4")
    add("555.bmp", bmp(16, 0, rows(five, 2)))
    add("565.bmp", bmp(16, 3, rows(six, 2), struct.pack("<III", 0xF800, 0x7E0, 0x1F)))
    add("32.bmp", bmp(32, 0, rows(whole, 4)))
    masks = struct.pack("<III", 0xFF000000, 0xFF0000, 0xFF00)
    add("masked.bmp", bmp(32, 3, rows((whole << 8).astype("<u4"), 4), masks))
    add("fromtop.bmp", bmp(32, 0, rows(whole[::-1], 4), height=-22))
    triples = numpy.ascontiguousarray(rgb[..., ::-1].astype("u1"))
    add("core.bmp", bmp(24, 0, rows(triples, 3), core=True))
    indexed = SMALL.quantize(16)
    index = numpy.asarray(indexed)
    table = b"".join(bytes(indexed.getpalette()[3 * i : 3 * i + 3][::-1]) + b"\0" for i in range(16))
    halves = numpy.pad(index, ((0, 0), (0, 1)))
    halves = (halves[:, ::2] << 4 | halves[:, 1::2]).astype("u1")
    add("palette4.bmp", bmp(4, 0, rows(halves, 1), table, 16))
    runs, pairs = b"", b""
    for row in index[::-1]:
        x = 0
        while x < 29:
            same = 1
            while x + same < 29 and row[x + same] == row[x]:
                same += 1
            if same == 1 and 29 - x >= 5:
                runs += bytes([0, 5]) + row[x : x + 5].tobytes() + b"\0"
                pairs += bytes([0, 5, row[x] << 4 | row[x + 1], row[x + 2] << 4 | row[x + 3]])
                pairs += bytes([row[x + 4] << 4, 0])
                x += 5
            else:
                runs += bytes([same, row[x]])
                pairs += bytes([same, row[x] << 4 | row[x]])
                x += same
        runs += b"\0\0"
        pairs += b"\0\0"
    add("runs8.bmp", bmp(8, 1, runs + b"\0\1", table, 16), expected=indexed.convert("RGB"))
    add("runs4.bmp", bmp(4, 2, pairs + b"\0\1", table, 16), expected=indexed.convert("RGB"))


def make_webp():
    clear = SMALL.convert("RGBA")
    ramp = numpy.linspace(0, 255, 29).astype("u1")
    clear.putalpha(Image.fromarray(numpy.tile(ramp, (22, 1))))
    for quality in (1, 40, 75, 100):
        add("lossy%d.webp" % quality, saved(SMALL, "WEBP", quality=quality))
    add("photo.webp", saved(PHOTO.crop((101, 60, 182, 121)), "WEBP", quality=70))
    add("lossless.webp", saved(SMALL, "WEBP", lossless=True))
    add("few.webp", saved(SMALL.quantize(5).convert("RGB"), "WEBP", lossless=True))
    add("alpha.webp", saved(clear, "WEBP", quality=60), alpha=True)
    add("exact.webp", saved(clear, "WEBP", lossless=True, exact=True), alpha=True)
    add("one.webp", saved(SMALL.crop((3, 3, 4, 4)), "WEBP"))
    more = [SMALL.rotate(90), SMALL.rotate(180)]
    add("moving.webp", saved(SMALL, "WEBP", save_all=True, append_images=more, quality=80))
    # Clear all around, so that the first frame is smaller than the canvas.
    spot = Image.new("RGBA", (40, 41))
    spot.paste(clear.crop((5, 2, 24, 19)), (11, 15))
    for lossless in (False, True):
        name = "spot%s.webp" % ("less" if lossless else "")
        more = [spot.rotate(90), spot.rotate(180)]
        data = saved(spot, "WEBP", save_all=True, append_images=more, lossless=lossless)
        add(name, data, alpha=True)
    for turn in range(2, 9):
        data = saved(SMALL.crop((0, 0, 20, 13)), "WEBP", lossless=True, exif=exif(turn))
        add("turned%d.webp" % turn, data)


def make_jpeg():
    part = PHOTO.crop((300, 100, 351, 137))
    for sampling in (0, 1, 2):
        add("sampling%d.jpg" % sampling, saved(part, "JPEG", subsampling=sampling, quality=85))
    add("progressive.jpg", saved(part, "JPEG", progressive=True, quality=60))
    add("grey.jpg", saved(part.convert("L"), "JPEG", quality=85))
    add("one.jpg", saved(part.crop((0, 0, 1, 1)), "JPEG"))
    add("tiny.jpg", saved(part.crop((0, 0, 17, 3)), "JPEG"))
    inks = Image.merge("CMYK", [*part.convert("CMYK").split()[:3], part.convert("L").point(lambda v: v // 3)])
    cmyk = saved(inks, "JPEG", quality=90)
    add("cmyk.jpg", cmyk)
    adobe = cmyk.index(b"\xff\xee")
    add("cmykplain.jpg", cmyk[:adobe] + cmyk[adobe + 16 :])
    luma = Image.merge("CMYK", [*part.convert("YCbCr").split(), part.convert("L")])
    ycck = bytearray(saved(Image.eval(luma, lambda v: 255 - v), "JPEG", quality=90))
    ycck[ycck.index(b"\xff\xee") + 15] = 2
    add("ycck.jpg", bytes(ycck))
    rgb = saved(Image.merge("YCbCr", part.split()), "JPEG", quality=90, subsampling=0)
    rgb = rgb[:2] + cmyk[adobe : adobe + 16] + rgb[rgb.index(b"\xff\xdb") :]
    add("rgb.jpg", rgb)
    for turn in range(2, 9):
        block = exif(turn, "<>"[turn % 2])
        add("turned%d.jpg" % turn, saved(part.crop((0, 0, 20, 13)), "JPEG", exif=block, quality=90))


def make_resizes():
    checks = (numpy.indices((47, 31)).sum(0) % 3 == 0)[..., None] * numpy.array([255, 90, 255])
    sources = {
        "photo": PHOTO.crop((120, 80, 217, 141)),
        "hard": Image.fromarray((255 - checks).astype("u1")),
        "wide": PHOTO.crop((0, 200, 500, 203)),
        "high": PHOTO.crop((200, 0, 203, 375)),
        "dot": PHOTO.crop((222, 111, 223, 112)),
        "pair": PHOTO.crop((222, 111, 224, 113)),
    }
    for name, picture in sources.items():
        FILES["source_%s.png" % name] = saved(picture, "PNG", optimize=True)
    cases = [
        ("photo", "SHORTER_SIDE", 32, 28, 28),
        ("photo", "SHORTER_SIDE", 61, 31, 40),
        ("photo", "SHORTER_SIDE", 60, 21, 45),
        ("photo", "SHORTER_SIDE", 107, 40, 32),
        ("photo", "SQUASH", 0, 23, 37),
        ("photo", "SQUASH", 0, 97, 20),
        ("photo", "SQUASH", 0, 9, 7),
        ("hard", "SHORTER_SIDE", 24, 24, 24),
        ("hard", "SHORTER_SIDE", 44, 33, 31),
        ("hard", "SQUASH", 0, 35, 30),
        ("wide", "SHORTER_SIDE", 20, 20, 20),
        ("wide", "SQUASH", 0, 20, 12),
        ("high", "SHORTER_SIDE", 19, 18, 17),
        ("high", "SQUASH", 0, 12, 20),
        ("dot", "SHORTER_SIDE", 12, 11, 10),
        ("pair", "SHORTER_SIDE", 30, 19, 22),
        ("pair", "SQUASH", 0, 30, 11),
    ]
    lines = []
    for filter_name in ("NEAREST", "BILINEAR", "BICUBIC", "LANCZOS"):
        for source, kind, to, width, height in cases:
            picture = resized(sources[source], getattr(Image, filter_name), kind, to, width, height)
            line = "%s %s %s %d %d %d" % (source, kind, filter_name, to, width, height)
            lines.append(line)
            FILES[line.replace(" ", "_")] = pixels(picture)
    FILES["resizes.txt"] = "\n".join(lines).encode()


def resized(picture, how, kind, to, width, height):
    """torchvision's Resize(to) and CenterCrop((height, width)), or a plain resize."""
    if kind == "SQUASH":
        return picture.resize((width, height), how)
    w, h = picture.size
    w, h = (to, int(to * h / w)) if w < h else (int(to * w / h), to)
    picture = picture.resize((w, h), how)
    left, top = int(round((w - width) / 2.0)), int(round((h - height) / 2.0))
    return picture.crop((left, top, left + width, top + height))


def main():
    for make in (make_png, make_gif, make_bmp, make_webp, make_jpeg, make_resizes):
        make()
    with zipfile.ZipFile(FOLDER + "pictures.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        first = {}
        for name in sorted(FILES):
            if first.setdefault(FILES[name], name) == name:
                write(out, name, FILES[name])
        same = [name + " " + first[FILES[name]] for name in sorted(FILES)]
        write(out, "index.txt", "\n".join(same).encode())


def write(out, name, data):
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    out.writestr(entry, data)


main()
