"""The memory of a whole process that traces the worst pictures, each read or refused."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

MOST_KILOBYTES = 400_000
Picture = tuple[Pillow.Image, dict[str, object]]
PROGRAM = """
import sys
from crohme.ink.image_files import ImageError
from crohme.ink.symbol_pictures import read_image
from crohme.ink.trace import read_traced
for read in (read_traced, read_image):
    try:
        read(sys.argv[1])
    except ImageError as error:
        assert error.cause
# Not getrusage: its maximum is inherited from the process that started this one.
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def coloured() -> Picture:
    page = np.full((6320, 6320), 255, np.uint8)
    page[3000:3010, 1000:5000] = 0
    return Pillow.fromarray(page).convert("RGBA"), {"format": "PNG", "compress_level": 1}


def one_bit_noise() -> Picture:
    noise = np.random.default_rng(0).random((4000, 4000), dtype=np.float32) > 0.5
    return Pillow.fromarray(noise), {"format": "PNG", "compress_level": 1}


def grid() -> Picture:
    page = np.full((6000, 6000), 255, np.uint8)
    for line in range(4):
        page[line::60] = page[:, line::60] = 0
    return Pillow.fromarray(page), {"format": "PNG", "compress_level": 1}


def strip() -> Picture:
    piece = np.full((20, 60), 255, np.uint8)
    piece[:, :4] = 0
    return Pillow.fromarray(np.tile(piece, (1, 333))), {"format": "PNG"}


def progressive() -> Picture:
    return Pillow.new("RGB", (8192, 6144), (230, 230, 230)), {"format": "JPEG", "progressive": True}


def webp() -> Picture:
    return Pillow.new("RGB", (4000, 3000), (230, 230, 230)), {"format": "WEBP", "method": 0}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from Linux's /proc")
@pytest.mark.parametrize("bomb", [coloured, one_bit_noise, grid, strip, progressive, webp])
def test_no_picture_takes_more_memory(bomb: Callable[[], Picture], tmp_path: Path) -> None:
    image, options = bomb()
    stream = io.BytesIO()
    image.save(stream, **options)
    file = tmp_path / "picture.png"
    file.write_bytes(stream.getvalue())
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(file)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < MOST_KILOBYTES
