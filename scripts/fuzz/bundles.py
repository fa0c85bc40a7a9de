"""Bundles with something wrong in them and the right checksums: refused by name when they are loaded, or they work.

python scripts/fuzz/bundles.py --seed 0 --count 10000
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import sys
import tempfile
import warnings
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that it runs from a clone that is not installed

from harness import main  # noqa: E402

from crohme import bundle  # noqa: E402
from crohme.bundle import BundleError, Provenance  # noqa: E402
from crohme.bundle.configuration import FILES, checksum_of  # noqa: E402
from crohme.expressions import language_model  # noqa: E402
from crohme.expressions.language_training import fit  # noqa: E402
from crohme.expressions.recognizer import Recognizer  # noqa: E402
from crohme.expressions.shapes import FILE as SHAPES  # noqa: E402
from crohme.expressions.shapes import Layer, ShapeNetwork  # noqa: E402
from crohme.expressions.vocabulary import START, Vocabulary  # noqa: E402
from crohme.ink.sequences import FEATURES  # noqa: E402
from crohme.notation.grammar import END  # noqa: E402
from inkml_parser import InkError  # noqa: E402

ALLOWED = (BundleError,)
Files = dict[str, Any]
"""Name → content; a pair of a kind and what it leads to stands for what is no regular file."""
ARGUMENTS = {
    **Vocabulary.crohme().dimensions(),
    **{"width": 8, "heads": 2, "encoder_layers": 1, "decoder_layers": 1, "expansion": 1, "geometry": 4},
}
CROSS = ([[0, 5], [10, 5]], [[5, 0], [5, 10]])
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 7, 10**12, 10**30, 0.5, -0.5, 1e-9, 1e308, float("nan"), float("inf"), "", "x", "7",
    "nan", "\x00", "a\nb", "\ud800", [], [1], [[]], [None], [1, 0], [0, 0], [float("nan"), 0], [1e300, 0], [1, "0"],
    [1, 0, 0], {}, {"a": 1}, [[[[[[[[[[]]]]]]]]]], "stroke_transformer", "symbol_lstm", "vgg19", "os.system",
)  # fmt: skip


@cache
def whole() -> Files:
    """A bundle that works, of a network as small as it can be."""
    rng = np.random.default_rng(1)
    shapes = bundle.find("stroke_transformer").shapes(ARGUMENTS)
    weights = {name: rng.normal(0, 0.3, shape) for name, shape in shapes.items()}
    with tempfile.TemporaryDirectory() as folder:
        bundle.save(
            Path(folder),
            "stroke_transformer",
            ARGUMENTS,
            Vocabulary.crohme().tokens,
            weights,
            {"seed": 1},
            {"exprate": 1.5, "n": 3},
            calibration={"ink": [0.02, 0.0]},
            provenance=Provenance(seconds=1.5, samples=3),
            files={language_model.FILE: _language(), SHAPES: _shapes(rng)},
        )
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def _language() -> bytes:
    """A model of a few texts, of all lengths of runs."""
    vocabulary = Vocabulary.crohme()
    numbers = vocabulary.token_index
    texts = [[*(numbers[token] for token in text), numbers[END]] for text in (["x", "+", "1"], ["x", "+", "y"])]
    return fit(texts * 9, len(vocabulary.tokens), numbers[START]).to_bytes()


def _shapes(rng: np.random.Generator) -> bytes:
    """A network of shapes as small as it can be."""

    def layer(width: int, inputs: int, outputs: int) -> Layer:
        kernel, bias = rng.normal(0, 0.3, (width, inputs, outputs)), rng.normal(0, 0.3, outputs)
        return Layer(kernel.astype(np.float32), bias.astype(np.float32))

    layers = [layer(3, len(FEATURES), 4), layer(1, 4, 4), layer(1, 8, 3), layer(1, 3, 2)]
    return ShapeNetwork(6, layers, ("x", "+"), 10.0, -7.0).to_bytes()


def make(rng: np.random.Generator) -> Files:
    """A whole bundle with one to three things changed, and checksums to match."""
    files = dict(whole())
    for _ in range(int(rng.integers(1, 4)) if rng.random() < 0.3 else 1):
        files = _MUTATIONS[rng.integers(len(_MUTATIONS))](rng, files)
    return _with_checksums(files) if rng.random() < 0.95 else files


def attempt(files: Files) -> str | None:
    """Load it, and read a plus if it loads."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder, name)
            if isinstance(content, bytes):
                path.write_bytes(content)
            elif content[0] == "link":
                path.symlink_to(content[1])
            elif content[0] == "pipe":
                os.mkfifo(path)
            else:
                path.mkdir()
        recognizer = Recognizer.load(folder)
        try:
            with np.errstate(all="ignore"):
                found = recognizer.recognize(CROSS, beam=2)
        except InkError:
            return "loaded, no reading"
        assert all(0 <= reading.confidence <= 1 for reading in found.readings), "a confidence that is none"
        return "loaded and read"


def _text(rng: np.random.Generator, files: Files) -> Files:
    """A value, a key or a line of one of the text files changed."""
    name = ("config.json", "metrics.json")[rng.integers(2)]
    try:
        table = json.loads(files[name])
    except (ValueError, TypeError, KeyError, RecursionError):
        return files
    if not isinstance(table, dict):
        return files
    inner = [table, *(value for value in table.values() if isinstance(value, dict))]
    where = inner[rng.integers(len(inner))]
    keys = list(where)
    choice = rng.random()
    if keys and choice < 0.15:
        del where[keys[rng.integers(len(keys))]]
    elif choice < 0.25:
        where["traced" if rng.random() < 0.5 else "more"] = _odd(rng)
    elif keys:
        key = keys[rng.integers(len(keys))]
        is_number = isinstance(where[key], int | float)
        where[key] = where[key] * int(rng.integers(-1, 4)) if is_number and rng.random() < 0.3 else _odd(rng)
    return files | {name: json.dumps(table).encode()}


def _odd(rng: np.random.Generator) -> Any:
    return ODD[rng.integers(len(ODD))]


def _vocabulary(rng: np.random.Generator, files: Files) -> Files:
    content = files.get("vocabulary.txt")
    if not isinstance(content, bytes):
        return files
    lines = content.split(b"\n")[:-1]
    at, other = rng.integers(len(lines), size=2) if lines else (0, 0)
    odd = (b"", b" ", b"\t", b"x\r", b"\xff", b"\xc3\x28", b"a\x00b", "\u2028".encode(), b"y" * 5000, b"\\unknown")
    choice = rng.integers(6)
    if lines and choice == 0:
        del lines[at]
    elif choice == 1:
        lines.insert(at, odd[rng.integers(len(odd))])
    elif lines and choice == 2:
        lines[at] = odd[rng.integers(len(odd))]
    elif lines and choice == 3:
        lines[at], lines[other] = lines[other], lines[at]
    elif lines and choice == 4:
        lines[at] = lines[other]
    else:
        return files | {"vocabulary.txt": b"\n".join(lines)}
    return files | {"vocabulary.txt": b"".join(line + b"\n" for line in lines)}


def _array(rng: np.random.Generator, array: np.ndarray) -> np.ndarray | bytes:
    """One array as it must not be."""
    if array.dtype.kind != "f" or not array.ndim or not array.size:  # it was spoilt before
        array = np.ones((2, 2), np.float16)
    shape = array.shape
    spoilt = array.astype(np.float32)
    spoilt.flat[rng.integers(spoilt.size)] = [np.nan, np.inf, -np.inf, 1e38, 65504, -65504, 0][rng.integers(7)]
    described = [{"descr": d, "fortran_order": f, "shape": s} for d, f, s in (
        ("<f2", False, (10**12,)), ("<f2", False, (-1,)), ("<f2", False, ()), ("<f2", True, shape),
        ("|O", False, shape),
        ("<f2", False, (*shape, 1)), ("<M8[ns]", False, shape), ("<f2", False, (2**31, 2**31, 4)),
        ("|S4", False, shape),
    )]  # fmt: skip
    header = described[rng.integers(len(described))]
    body = array.tobytes()
    other = (
        array.T, array[:-1], np.concatenate([array, array]), array.reshape(-1), array[None], np.float64(0), array[:0],
        array.astype(np.float64), array.astype(np.float32), array.astype(">f2"), array.astype(complex), array > 0,
        array.astype(np.int64), array.astype(str), np.zeros(shape, [("a", "<f2"), ("b", "<f2")]),
        array.astype("<M8[ns]"),
        np.asfortranarray(array), spoilt, spoilt, np.full(shape, 65504.0, np.float16), np.zeros(shape, np.float16),
        array * np.float16(rng.choice([1e-3, 10, 1000])),
    )  # fmt: skip
    choice = rng.integers(len(other) + 4)
    if choice < len(other):
        return np.asarray(other[choice])
    if choice == len(other):
        return b""
    if choice == len(other) + 1:
        return rng.bytes(int(rng.integers(1, 300)))
    packed = io.BytesIO()
    np.lib.format.write_array_header_1_0(packed, header)
    return packed.getvalue() + (body if choice == len(other) + 2 else b"")


def _weights(rng: np.random.Generator, files: Files) -> Files:
    """A member changed, lost, doubled, added or renamed."""
    try:
        with np.load(io.BytesIO(files["weights.npz"])) as stored:
            arrays: list[tuple[str, Any]] = list(stored.items())
    except Exception:  # spoilt by the mutation before
        return files
    at = int(rng.integers(len(arrays)))
    name, array = arrays[at]
    choice = rng.random()
    if choice < 0.7 and isinstance(array, np.ndarray) and array.size and array.dtype.kind == "f":
        arrays[at] = (name, _array(rng, array))
    elif choice < 0.75:
        del arrays[at]
    elif choice < 0.8:
        arrays.append((name, array))
    elif choice < 0.9:
        names = (name + "x", "../../x", "/etc/x", "", "\u2028", "x" * 3000, name.upper(), name + "/")
        arrays.append((names[rng.integers(len(names))], array))
    elif choice < 0.95:
        arrays[at] = (str(rng.choice(["x", name + " ", name.replace("/", "\\")])), array)
    else:
        arrays = arrays[:: -int(rng.integers(1, 3))]
    compression = (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    how = compression[rng.integers(4)] if rng.random() < 0.1 else zipfile.ZIP_DEFLATED
    packed = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(packed, "w", how) as archive:
        warnings.simplefilter("ignore")  # of a name twice
        for member, content in arrays:
            if not isinstance(content, bytes):
                raw = io.BytesIO()
                np.lib.format.write_array(raw, np.asanyarray(content), allow_pickle=True)
                content = raw.getvalue()
            archive.writestr(f"{member}.npy", content)
        if rng.random() < 0.05:
            archive.comment = b"x" * int(rng.integers(1, 60))
    return files | {"weights.npz": packed.getvalue()}


def _model_of_language(rng: np.random.Generator, files: Files) -> Files:
    """A count, a number or a length of the model of language changed, or a model of other tokens."""
    content = files.get(language_model.FILE)
    if not isinstance(content, bytes) or len(content) < 32:
        return files
    found = bytearray(content)
    choice = rng.integers(4)
    if choice == 0:  # how many runs there are, of which length, and where they start
        at = 8 + 2 * int(rng.integers(12))
        found[at : at + 2] = int(rng.choice([0, 1, 2, 5, 6, 255, 2**15, 2**16 - 1])).to_bytes(2, "little")
    elif choice == 1:
        at = int(rng.integers(32, len(found)))
        found[at : at + 8] = bytes([int(rng.choice([0, 1, 9, 255]))]) * len(found[at : at + 8])
    elif choice == 2:
        tokens = int(rng.choice([4, len(Vocabulary.crohme().tokens), 1500]))
        return files | {language_model.FILE: fit([[1, 2, 3]] * 9, tokens, int(rng.integers(3))).to_bytes()}
    else:
        found = bytearray(rng.bytes(len(found)))
        found[:32] = content[:32]
    return files | {language_model.FILE: bytes(found)}


def _network_of_shapes(rng: np.random.Generator, files: Files) -> Files:
    """A side or a stride changed, or the numbers."""
    content = files.get(SHAPES)
    if not isinstance(content, bytes) or len(content) < 60:
        return files
    found = bytearray(content)
    if rng.random() < 0.5:
        at = 8 + 2 * int(rng.integers(24))
        found[at : at + 2] = int(rng.choice([0, 1, 2, 3, 4, 10, 255, 2**15, 2**16 - 1])).to_bytes(2, "little")
    else:  # large numbers, and such as are none
        at = 57 + 2 * int(rng.integers((len(found) - 57) // 2))
        found[at : at + 2] = int(rng.choice([0x7BFF, 0xFBFF, 0x7C00, 0x7E00, 0])).to_bytes(2, "little")
    return files | {SHAPES: bytes(found)}


def _bytes(rng: np.random.Generator, files: Files) -> Files:
    """Some bytes of a file changed, cut off or added."""
    names = [name for name, content in files.items() if isinstance(content, bytes) and content]
    if not names:
        return files
    name = names[rng.integers(len(names))]
    content = bytearray(files[name])
    choice = rng.integers(4)
    if choice == 0:
        for at in rng.integers(len(content), size=int(rng.integers(1, 4))):
            content[at] = int(rng.integers(256))
    elif choice == 1:
        del content[int(rng.integers(len(content))) :]
    elif choice == 2:
        content += rng.bytes(int(rng.integers(1, 100)))
    else:  # near the end of an archive stands what it says that it holds
        at = len(content) - 1 - int(rng.integers(min(200, len(content))))
        content[at] = int(rng.integers(256))
    return files | {name: bytes(content)}


def _kind(rng: np.random.Generator, files: Files) -> Files:
    """A file that is none, or something else."""
    name = list(files)[rng.integers(len(files))]
    kinds: tuple[Any, ...] = (
        b"", ("link", "/dev/zero"), ("link", name), ("link", "none"), ("link", "config.json"), ("pipe", None),
        ("folder", None), b"\x00" * 100, b"[]", b"{}", b"null", b"[" * 50_000, b"\xff\xfe{\x00}\x00", b"9" * 6000,
        b"x\n" * int(math.pow(2, 20)),
    )  # fmt: skip
    choice = int(rng.integers(len(kinds) + 1))
    if choice == len(kinds):
        return {other: content for other, content in files.items() if other != name}
    return files | {name: kinds[choice]}


def _with_checksums(files: Files) -> Files:
    try:
        config = json.loads(files["config.json"])
        for name in (*FILES, language_model.FILE, SHAPES):
            key = f"{name.partition('.')[0]}_sha256"
            if isinstance(files.get(name), bytes) and isinstance(config.get(key), str):
                config[key] = hashlib.sha256(files[name]).hexdigest()
        if isinstance(config.get("config_sha256"), str):
            config["config_sha256"] = checksum_of(config)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return files
    return files | {"config.json": json.dumps(config).encode()}


_MUTATIONS = (
    _text,
    _text,
    _vocabulary,
    _weights,
    _weights,
    _weights,
    _model_of_language,
    _network_of_shapes,
    _bytes,
    _kind,
)

if __name__ == "__main__":
    raise SystemExit(main(__doc__, make, attempt, ALLOWED))
