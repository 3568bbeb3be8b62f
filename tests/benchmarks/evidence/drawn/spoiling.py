"""Crops as a distant camera gives them at night: grey, few pixels, sensor noise, a small JPEG.

As drawn, a linear probe on public features tells most attributes already, uniforms by their colour
alone, so that nothing is left to compare.
"""

import dataclasses
import hashlib
import io
import zlib

import numpy as np
from PIL import Image

from graftnet_tf.io import atomic_files
from graftnet_tf.workspace.tasks import SPLITS, write_list
from graftnet_tf.workspace.workspace import Workspace

HEIGHT = 28  # pixels of detail, whatever the crop has
NOISE = 25.0  # standard deviation, of 255
QUALITY = 50
_BLACK = 16  # up to here a pixel is removed background, which gets no noise


def spoil(content: bytes, random: np.random.Generator) -> bytes:
    """A JPEG file of a person cut out, spoilt; it has the size that it had."""
    image = Image.open(io.BytesIO(content)).convert("L")
    size = max(1, round(image.width * HEIGHT / image.height)), HEIGHT
    pixels = np.asarray(image.resize(size, Image.Resampling.BOX), np.float32)
    noisy = pixels + (pixels > _BLACK) * random.normal(0.0, NOISE, pixels.shape)
    stream = io.BytesIO()
    whole = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
    enlarged = Image.fromarray(whole).resize(image.size, Image.Resampling.BILINEAR)
    enlarged.convert("RGB").save(stream, "JPEG", quality=QUALITY)
    return stream.getvalue()


def spoil_task(workspace: Workspace, name: str, seed: int) -> None:
    """Spoils every crop of a task in place, and lists them with their new hashes."""
    for split in SPLITS:
        spoilt = []
        for example in workspace.examples(name, split):
            path = workspace.image_path(example.image)
            random = np.random.default_rng([seed, zlib.crc32(example.image.encode())])
            content = spoil(atomic_files.read_bytes(path), random)
            atomic_files.write_bytes(path, content)
            digest = hashlib.sha256(content).hexdigest()
            spoilt.append(dataclasses.replace(example, content=digest))
        write_list(workspace.path("tasks", name, f"{split}.csv"), workspace.task(name), spoilt)
