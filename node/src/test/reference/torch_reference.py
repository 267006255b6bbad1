"""Makes the pictures, recipes and reference logits of TorchAgreementTest.

Usage: python3 torch_reference.py pictures PHOTOS FOLDER
       python3 torch_reference.py logits FOLDER

PHOTOS holds the photos that NOTICE.txt in FOLDER names; FOLDER is
src/test/resources/idunno/node/convert/torch. Needs torch, torchvision, PIL and safetensors (made
with Debian's torch 1.13.0, torchvision 0.14.1 and PIL 9.4.0, and safetensors 0.8.0).

A recipe is a file of weights without the weights: gzip, in it the file's SHA-256 as a string, then
again and again the length of a piece (4 bytes), the piece, and the tensor whose values follow it:
its name, how many sides it has, and the sides (4 bytes each); an empty name ends it. Strings have
their length in 2 bytes before them; all numbers are big-endian. The tensors' values come from a
formula, see values(), which Weights.java repeats.
"""

import gzip
import hashlib
import io
import os
import struct
import sys
import tempfile
import zlib

import numpy as np
import torch
import torchvision
from PIL import Image
from safetensors.torch import save_file
from torchvision import transforms

CHUNK = 1 << 20

# Of each photo: left, top, width and height of the part, and the size that it is made.
PICTURES = [
    ("panda.jpg", (0, 0, 696, 522), (320, 240)),
    ("panda.jpg", (120, 60, 450, 553), (270, 332)),
    ("car.jpg", (120, 0, 720, 540), (320, 240)),
    ("car.jpg", (300, 140, 420, 315), (420, 315)),
    ("flamingo.jpg", (0, 0, 711, 533), (320, 240)),
    ("flamingo.jpg", (250, 0, 400, 533), (240, 320)),
    ("zebra.jpg", (0, 0, 800, 533), (360, 240)),
    ("zebra.jpg", (300, 0, 400, 533), (240, 320)),
    ("teapot.jpg", (0, 35, 800, 600), (320, 240)),
    ("teapot.jpg", (200, 100, 400, 500), (256, 320)),
    ("seashore.jpg", (0, 0, 1600, 1200), (320, 240)),
    ("seashore.jpg", (0, 300, 600, 900), (240, 360)),
    ("seashore.jpg", (900, 400, 640, 640), (300, 300)),
    ("cat.jpg", (0, 0, 227, 227), (227, 227)),
    ("coffee.jpg", (0, 0, 800, 800), (300, 300)),
    ("coffee.jpg", (200, 100, 500, 700), (250, 350)),
    ("swan.jpg", (0, 0, 1024, 768), (320, 240)),
    ("swan.jpg", (300, 100, 500, 600), (250, 300)),
    ("duck.jpg", (0, 0, 1024, 768), (320, 240)),
    ("fish.jpg", (0, 0, 800, 534), (384, 256)),
]


def make_pictures(photos, folder):
    os.makedirs(folder, exist_ok=True)
    for i, (name, (left, top, width, height), size) in enumerate(PICTURES):
        photo = Image.open(os.path.join(photos, name)).convert("RGB")
        part = photo.resize(size, Image.LANCZOS, (left, top, left + width, top + height))
        part.save(os.path.join(folder, f"{i:02}-{name}"), quality=85)


def values(name, shape):
    """A tensor's values: evenly spread between bounds that keep the network's activations sane.

    The i-th is low + width * u, in 32-bit floats, u being the upper 24 bits of SplitMix64's i-th
    number; the seed is the CRC-32 of the name.
    """
    if len(shape) > 1:
        # He et al., 2015 (https://arxiv.org/abs/1502.01852), for an even distribution.
        bound = np.float32(np.sqrt(6.0 / np.prod(shape[1:], dtype=np.int64)))
        low, width = -bound, np.float32(2) * bound
    elif name.endswith(".running_var"):
        low, width = np.float32(0.5), np.float32(1)
    elif name.endswith(".weight"):
        low, width = np.float32(0.5), np.float32(1)
    else:
        low, width = np.float32(-0.25), np.float32(0.5)
    count = int(np.prod(shape, dtype=np.int64))
    result = np.empty(count, np.float32)
    seed = np.uint64(zlib.crc32(name.encode()))
    with np.errstate(over="ignore"):
        for begin in range(0, count, CHUNK):
            i = np.arange(begin + 1, min(begin + CHUNK, count) + 1, dtype=np.uint64)
            z = seed + i * np.uint64(0x9E3779B97F4A7C15)
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            z ^= z >> np.uint64(31)
            u = (z >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24)
            result[begin : begin + len(u)] = low + width * u
    return result.reshape(shape)


def networks():
    """The networks, the formats in which each is kept, and their file's name."""
    formats = ["zip", "legacy", "safetensors"]
    yield "alexnet", torchvision.models.alexnet(), formats
    yield "resnet18", torchvision.models.resnet18(), formats
    yield "resnet50", torchvision.models.resnet50(num_classes=10), ["zip"]
    yield "mobilenet_v2", torchvision.models.mobilenet_v2(num_classes=10), ["safetensors"]
    # Narrow, for VGG's dense layers have 480 MB.
    vgg = torchvision.models.vgg11_bn(num_classes=10)
    vgg.classifier[0] = torch.nn.Linear(512 * 7 * 7, 64)
    vgg.classifier[3] = torch.nn.Linear(64, 48)
    vgg.classifier[6] = torch.nn.Linear(48, 10)
    yield "vgg11_bn", vgg, ["zip"]


def save(state, file_format, path):
    if file_format == "zip":
        torch.save(state, path)
    elif file_format == "legacy":
        torch.save(state, path, _use_new_zipfile_serialization=False)
    else:
        save_file(dict(state), path)


def string(text):
    return struct.pack(">H", len(text.encode())) + text.encode()


def recipe(state, path):
    """The file without those of its bytes that are tensors."""
    with open(path, "rb") as file:
        data = file.read()
    tensors = []
    for name, tensor in state.items():
        if tensor.is_floating_point():
            raw = tensor.numpy().tobytes()
            at = data.find(raw)
            assert at >= 0 and data.find(raw, at + 1) < 0, name
            tensors.append((at, len(raw), name, tensor.shape))
    out = io.BytesIO()
    out.write(string(hashlib.sha256(data).hexdigest()))
    end = 0
    for at, length, name, shape in sorted(tensors):
        out.write(struct.pack(">i", at - end) + data[end:at] + string(name))
        out.write(struct.pack(f">{1 + len(shape)}i", len(shape), *shape))
        end = at + length
    out.write(struct.pack(">i", len(data) - end) + data[end:] + string(""))
    return gzip.compress(out.getvalue(), 9, mtime=0)


def make_logits(folder):
    torch.set_num_threads(2)
    crop = transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224)])
    finish = transforms.Compose(
        [
            transforms.ToTensor(),
            transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        ]
    )
    pictures = os.path.join(folder, "pictures")
    crops = [
        crop(Image.open(os.path.join(pictures, name)).convert("RGB"))
        for name in sorted(os.listdir(pictures))
    ]
    with open(os.path.join(folder, "pictures.sha256"), "w") as out:
        for part in crops:
            out.write(hashlib.sha256(part.tobytes()).hexdigest() + "\n")
    batch = torch.stack([finish(part) for part in crops])
    for name, network, formats in networks():
        network.eval()
        state = network.state_dict()
        for key, tensor in state.items():
            if tensor.is_floating_point():
                tensor.copy_(torch.from_numpy(values(key, tuple(tensor.shape))))
        with torch.no_grad():
            logits = torch.cat([network(batch[i : i + 4]) for i in range(0, len(batch), 4)])
        deviation = logits - logits.mean(0)
        print(name, "all", logits.std().item(), "between pictures", deviation.std().item())
        with open(os.path.join(folder, name + ".logits"), "wb") as out:
            out.write(logits.numpy().astype("<f4").tobytes())
        for file_format in formats:
            with tempfile.TemporaryDirectory() as scratch:
                path = os.path.join(scratch, "weights")
                save(state, file_format, path)
                with open(os.path.join(folder, f"{name}.{file_format}.recipe"), "wb") as out:
                    out.write(recipe(state, path))


if __name__ == "__main__":
    if sys.argv[1] == "pictures":
        make_pictures(sys.argv[2], os.path.join(sys.argv[3], "pictures"))
    else:
        make_logits(sys.argv[2])
