"""The memory of a whole process that traces the worst pictures, each read or refused."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

MOST_KILOBYTES = 400_000
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


def bombs() -> Iterator[tuple[str, Pillow.Image, dict[str, object]]]:
    rng = np.random.default_rng(0)
    page = np.full((6320, 6320), 255, np.uint8)
    page[3000:3010, 1000:5000] = 0
    yield "6320 x 6320 in colour", Pillow.fromarray(page).convert("RGBA"), {"format": "PNG"}
    yield "one-bit noise", Pillow.fromarray(rng.random((4000, 4000)) > 0.5), {"format": "PNG", "compress_level": 1}
    grid = np.full((6000, 6000), 255, np.uint8)
    for line in range(4):
        grid[line::60] = grid[:, line::60] = 0
    yield "grid", Pillow.fromarray(grid), {"format": "PNG"}
    yield "strip", Pillow.fromarray(np.tile(grid[30:50, :60], (1, 333))), {"format": "PNG"}
    photo = Pillow.fromarray(np.full((6144, 8192, 3), 230, np.uint8))
    yield "50 megapixels, progressive", photo, {"format": "JPEG", "progressive": True}
    yield "WebP", photo.crop((0, 0, 4000, 3000)), {"format": "WEBP", "method": 0}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from Linux's /proc")
@pytest.mark.parametrize("name", [name for name, _, _ in bombs()])
def test_no_picture_takes_more_memory(name: str, tmp_path: Path) -> None:
    image, options = next((image, options) for own, image, options in bombs() if own == name)
    stream = io.BytesIO()
    image.save(stream, **options)
    file = tmp_path / "picture.png"
    file.write_bytes(stream.getvalue())
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(file)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < MOST_KILOBYTES
