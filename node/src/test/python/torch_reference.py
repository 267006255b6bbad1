"""Makes the pictures, recipes and reference logits of TorchAgreementTest.

Usage: python3 torch_reference.py pictures PHOTOS FOLDER
       python3 torch_reference.py logits FOLDER
       python3 torch_reference.py shapes FOLDER
       python3 torch_reference.py small FOLDER

"shapes" lists the tensors of all torchvision networks that are known, for FitTest; "small" makes
checkpoints of a few numbers for SmallCheckpointTest. PHOTOS holds the photos that NOTICE.txt in
FOLDER names; FOLDER is src/test/resources/idunno/node/convert/torch. Needs torch, torchvision, PIL
and safetensors (made with Debian's torch 1.13.0, torchvision 0.14.1 and PIL 9.4.0, and safetensors
0.8.0).

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

# Height and width of an input that is no multiple of what VGG's pooling makes of it.
ODD_SIDES = (250, 190)

# Of each photo: left, top, width and height of the part, and the size that it is made.
# Most are as large as photos of ImageNet usually are.
PICTURES = [
    ("panda.jpg", (0, 0, 696, 522), (500, 375)),
    ("panda.jpg", (120, 60, 450, 553), (350, 430)),
    ("car.jpg", (120, 0, 720, 540), (500, 375)),
    ("car.jpg", (300, 140, 420, 315), (420, 315)),
    ("flamingo.jpg", (0, 0, 711, 533), (500, 375)),
    ("flamingo.jpg", (250, 0, 400, 533), (375, 500)),
    ("zebra.jpg", (0, 0, 800, 533), (500, 333)),
    ("zebra.jpg", (300, 0, 400, 533), (375, 500)),
    ("teapot.jpg", (0, 35, 800, 600), (500, 375)),
    ("teapot.jpg", (200, 100, 400, 500), (400, 500)),
    ("seashore.jpg", (0, 0, 1600, 1200), (500, 375)),
    ("seashore.jpg", (0, 300, 600, 900), (333, 500)),
    ("seashore.jpg", (900, 400, 640, 640), (400, 400)),
    ("cat.jpg", (0, 0, 227, 227), (227, 227)),
    ("coffee.jpg", (0, 0, 800, 800), (400, 400)),
    ("coffee.jpg", (200, 100, 500, 700), (357, 500)),
    ("swan.jpg", (0, 0, 1024, 768), (500, 375)),
    ("swan.jpg", (300, 100, 500, 600), (400, 480)),
    ("duck.jpg", (0, 0, 1024, 768), (500, 375)),
    ("fish.jpg", (0, 0, 800, 534), (500, 334)),
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
        if name == "vgg11_bn":
            odd = torch.from_numpy(values("odd", (1, 3) + ODD_SIDES))
            with torch.no_grad(), open(os.path.join(folder, name + ".odd.logits"), "wb") as out:
                out.write(network(odd).numpy().astype("<f4").tobytes())
        for file_format in formats:
            with tempfile.TemporaryDirectory() as scratch:
                path = os.path.join(scratch, "weights")
                save(state, file_format, path)
                with open(os.path.join(folder, f"{name}.{file_format}.recipe"), "wb") as out:
                    out.write(recipe(state, path))


def make_shapes(folder):
    names = ["alexnet", "mobilenet_v2"]
    names += [f"vgg{depth}{norm}" for depth in (11, 13, 16, 19) for norm in ("", "_bn")]
    names += [f"resnet{depth}" for depth in (18, 34, 50, 101, 152)]
    lines = []
    for name in names:
        lines.append(name)
        for key, tensor in getattr(torchvision.models, name)().state_dict().items():
            lines.append(" ".join([key] + [str(side) for side in tensor.shape]))
        lines.append("")
    with open(os.path.join(folder, "shapes.gz"), "wb") as out:
        out.write(gzip.compress("\n".join(lines).encode(), 9, mtime=0))


def make_small(folder):
    """A checkpoint as training programs save them, with views, in all protocols and formats."""
    numbers = torch.arange(24, dtype=torch.float32)
    state = {
        "module.plain": numbers.clone().reshape(2, 3, 4),
        "module.turned": numbers.clone().reshape(2, 3, 4).permute(2, 0, 1),
        "module.part": numbers[3:23].reshape(4, 5)[1:, 1:4],
        "module.shared": numbers[20:],
        "module.half": torch.tensor([1.5, -2.25, 65504.0, 6e-8], dtype=torch.float16),
        "module.brain": torch.tensor([1.5, -2.25, 3e38], dtype=torch.bfloat16),
        "module.double": torch.tensor([0.1, -2.25], dtype=torch.float64),
        "module.learned": torch.nn.Parameter(torch.tensor([[7.0], [8.0]])),
        "module.scalar": torch.tensor(9.0),
        "module.none": torch.zeros(0, 3),
        "module.bn.num_batches_tracked": torch.tensor(5),
    }
    optimizer = {
        "state": {0: {"step": 3, "sum": torch.ones(3)}},
        "lr": 0.1,
        "rest": [1, None, (True,)],
    }
    checkpoint = {"epoch": 3, "state_dict": state, "optimizer": optimizer, "big": 1 << 70}
    for protocol in (2, 3, 4, 5):
        torch.save(checkpoint, os.path.join(folder, f"zip{protocol}.pth"), pickle_protocol=protocol)
        torch.save(
            checkpoint,
            os.path.join(folder, f"legacy{protocol}.pth"),
            pickle_protocol=protocol,
            _use_new_zipfile_serialization=False,
        )
    contiguous = {key[7:]: value.detach().contiguous().clone() for key, value in state.items()}
    save_file(contiguous, os.path.join(folder, "small.safetensors"), {"format": "pt"})
    torch.save(torch.nn.Linear(1, 1), os.path.join(folder, "module.pth"))
    torch.jit.script(torch.nn.Linear(1, 1)).save(os.path.join(folder, "script.pth"))


if __name__ == "__main__":
    if sys.argv[1] == "pictures":
        make_pictures(sys.argv[2], os.path.join(sys.argv[3], "pictures"))
    elif sys.argv[1] == "logits":
        make_logits(sys.argv[2])
    elif sys.argv[1] == "shapes":
        make_shapes(sys.argv[2])
    else:
        make_small(sys.argv[2])
