"""Bundles with the right checksums and the wrong content: refused when they are loaded, by file and cause."""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crohme import bundle
from crohme.bundle import BundleError
from crohme.bundle.configuration import FILES, checksum_of
from crohme.expressions.recognizer import Recognizer
from crohme.expressions.vocabulary import Vocabulary
from crohme.symbols.recognizer import SymbolRecognizer

ARGUMENTS = {**Vocabulary.crohme().dimensions(), "width": 8, "heads": 2, "encoder_layers": 1, "decoder_layers": 1}
SHAPES = bundle.find("stroke_transformer").shapes(ARGUMENTS)
KERNEL = "stroke_transformer/decoder/token/kernel"
BIAS = "stroke_transformer/encoder/place_1/bias"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(2)
    weights = {name: rng.normal(0, 0.3, shape) for name, shape in SHAPES.items()}
    bundle.save(
        tmp_path / "b",
        "stroke_transformer",
        ARGUMENTS,
        Vocabulary.crohme().tokens,
        weights,
        {},
        {"n": 3},
        calibration={"ink": [1.0, 0.0]},
    )
    return tmp_path / "b"


def seal(folder: Path, **changes: Any) -> None:
    """Change the configuration and put the right checksums into it."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8")) | changes
    for name in FILES:
        config[f"{name.partition('.')[0]}_sha256"] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    config["config_sha256"] = checksum_of(config)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def packed(array: Any) -> bytes:
    raw = io.BytesIO()
    np.lib.format.write_array(raw, np.asanyarray(array), allow_pickle=True)
    return raw.getvalue()


def header(shape: tuple[int, ...], descr: str = "<f2") -> bytes:
    raw = io.BytesIO()
    np.lib.format.write_array_header_1_0(raw, {"descr": descr, "fortran_order": False, "shape": shape})
    return raw.getvalue()


def pack(folder: Path, members: list[tuple[str, bytes]], how: int = zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(folder / "weights.npz", "w", how) as archive:
        for name, content in members:
            archive.writestr(name, content)


def members_of(folder: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(folder / "weights.npz") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def array_of(folder: Path, name: str) -> np.ndarray:
    return np.load(io.BytesIO(members_of(folder)[f"{name}.npy"]))


def spoilt(folder: Path, value: float) -> bytes:
    array = array_of(folder, BIAS).astype(np.float32)
    array[3] = value
    return packed(array)


# What stands in place of one array, and how the error says so.
ARRAYS: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "nothing": (lambda _: b"", "does not have the 8 numbers"),
    "no array": (lambda f: b"x" * len(members_of(f)[f"{BIAS}.npy"]), "is not an array of half or single precision"),
    "a shape of 10^12": (lambda _: header((10**12,)) + b"\0" * 16, "has the shape (1000000000000,)"),
    "a shape of 10^12 alone": (lambda _: header((10**12,)), "does not have the 8 numbers"),
    "a negative shape": (lambda _: header((-8,)) + b"\0" * 16, "is not an array of half or single precision"),
    "another shape of as many": (lambda _: packed(np.zeros((2, 4), np.float16)), "has the shape (2, 4)"),
    "a number too few": (lambda _: packed(np.zeros(7, np.float16)), "does not have the 8 numbers"),
    "double precision": (lambda _: packed(np.zeros(8)), "does not have the 8 numbers"),
    "whole numbers": (lambda _: packed(np.zeros(8, np.int16)), "is not an array of half or single precision"),
    "big-endian": (lambda _: packed(np.zeros(8, ">f2")), "is not an array of half or single precision"),
    "complex": (lambda _: packed(np.zeros(4, np.complex64)), "is not an array of half or single precision"),
    "structured": (lambda _: packed(np.zeros(4, [("a", "<f2"), ("b", "<f2")])), "is not an array"),
    "times": (lambda _: packed(np.zeros(2, "<M8[ns]")), "is not an array"),
    "text": (lambda _: packed(np.full(8, "x")), "is not an array"),
    "NaN": (lambda f: spoilt(f, np.nan), "holds a value that is not a number"),
    "infinite": (lambda f: spoilt(f, -np.inf), "holds a value that is not a number"),
    "huge": (lambda f: spoilt(f, 1e38), "or too large"),
}
# Numbers that no training ends with, by the end of an array's name.
WITHOUT_EFFECT = [
    ("token/kernel", 0.0, "holds nothing but the number 0"),
    ("token/kernel", -0.25, "holds nothing but the number -0.25"),
    ("place_1/kernel", 1.0, "holds nothing but the number 1"),
    ("gamma", 0.0, "holds nothing but zeros"),
]


@pytest.mark.parametrize("kind", ARRAYS)
def test_an_array_that_is_not_that_of_the_network(kind: str, folder: Path) -> None:
    make, cause = ARRAYS[kind]
    pack(folder, list((members_of(folder) | {f"{BIAS}.npy": make(folder)}).items()))
    seal(folder)
    with pytest.raises(BundleError, match=f"weights.npz .*place_1/bias.*{re.escape(cause)}"):
        bundle.load(folder)


def test_fortran_order_and_objects_are_refused(folder: Path) -> None:
    members = members_of(folder)
    for array in (np.asfortranarray(array_of(folder, KERNEL)), np.zeros(SHAPES[KERNEL], object)):
        pack(folder, list((members | {f"{KERNEL}.npy": packed(array)}).items()))
        seal(folder)
        with pytest.raises(BundleError, match=r"weights\.npz .*token/kernel"):
            bundle.load(folder)


# What is done to the archive, and how the error says so.
ARCHIVES: dict[str, tuple[Callable[[Path], None], str]] = {
    "an array less": (lambda f: pack(f, list(members_of(f).items())[:-1]), "lacks .*pair/out/bias"),
    "none": (lambda f: pack(f, []), "lacks"),
    "a foreign array": (lambda f: pack(f, [*members_of(f).items(), ("x.npy", packed(0))]), "holds x.npy, which"),
    "a foreign file": (lambda f: pack(f, [*members_of(f).items(), ("../x", b"")]), r"holds \.\./x, which is not one"),
    "an array twice": (lambda f: pack(f, [*members_of(f).items(), list(members_of(f).items())[0]]), "twice"),
    "another packing": (lambda f: pack(f, list(members_of(f).items()), zipfile.ZIP_LZMA), "packed by an unsupported"),
    "not an archive": (lambda f: (f / "weights.npz").write_bytes(b"PK\5\6" * 10) and None, "archive|cannot be read"),
    "empty": (lambda f: (f / "weights.npz").write_bytes(b"") and None, "not an archive"),
    "half": (lambda f: os.truncate(f / "weights.npz", 5000), "not a plain archive"),
    "an array alone": (lambda f: (f / "weights.npz").write_bytes(packed(np.zeros(3))) and None, "archive"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", ARCHIVES)
def test_an_archive_that_is_not_that_of_the_network(kind: str, folder: Path) -> None:
    change, cause = ARCHIVES[kind]
    change(folder)
    seal(folder)
    with pytest.raises(BundleError, match=rf"weights\.npz.*({cause})"):
        bundle.load(folder)


@pytest.mark.parametrize("bomb", ["10^12", "zeros", "many"])
def test_a_bomb_is_refused_within_200_megabytes(bomb: str, folder: Path) -> None:
    """Arguments and shapes that agree with each other, and are too large; an archive of ever so many members."""
    arguments = ARGUMENTS | {"width": 256, "expansion": 16, "encoder_layers": 40, "decoder_layers": 1}
    if bomb == "many":
        pack(folder, [(f"{number}.npy", b"") for number in range(30_000)], zipfile.ZIP_STORED)
        arguments = ARGUMENTS
    elif bomb == "10^12":
        arguments = ARGUMENTS
        pack(folder, [(f"{name}.npy", header((10**6, 10**6))) for name in SHAPES])
    else:
        large = bundle.find("stroke_transformer").shapes(arguments)
        assert sum(map(math.prod, large.values())) > 90_000_000
        with zipfile.ZipFile(folder / "weights.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, shape in large.items():
                archive.writestr(f"{name}.npy", header(shape) + bytes(2 * math.prod(shape)))
    seal(folder, arguments=arguments)
    program = (
        "import sys; from crohme import bundle\n"
        "try: bundle.load(sys.argv[1])\n"
        "except bundle.BundleError as error: print(error)\n"
        # Not ru_maxrss: it begins with the memory of the process that this one was forked from.
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    printed = subprocess.run([sys.executable, "-c", program, folder], capture_output=True, text=True, check=True).stdout
    cause, peak = printed.splitlines()
    assert "weights.npz" in cause
    assert int(peak) < 200 * 1024  # kB


@pytest.mark.parametrize(
    ("metrics", "cause"),
    [
        ('{"top1": NaN}', "top1 is not a number"),
        ('{"test": {"top1": [0.5, Infinity]}}', "test.top1.1 is too large a number"),
        ('{"n": 1e999}', "n is too large a number"),
        ('{"n": 1, "n": 2}', "occurs twice"),
        ('{"n": "\\ud800"}', "surrogates"),
        ('{"\\ud800": 1}', "surrogates"),
        ("[" * 100_000, "nested too deep"),
        ("[]", "not a JSON object"),
        ("", "not valid JSON"),
        ('{"n": 4}', "does not match its checksum"),
    ],
)
def test_figures_that_cannot_be(metrics: str, cause: str, folder: Path) -> None:
    (folder / "metrics.json").write_text(metrics, encoding="utf-8")
    with pytest.raises(BundleError, match=rf"metrics\.json.*{cause}"):
        bundle.load(folder)


NAN, INFINITE = float("nan"), float("inf")
REFUSED: list[tuple[str, str, Any, str]] = [
    *(("decoding", "beam", value, "'beam' is") for value in (0, -1, 101, 5.0, "5", True, None, [5])),
    *(("decoding", "class_weight", value, "'class_weight' is") for value in (-0.1, 1e6, "x", False, None)),
    *(("decoding", name, 1.5, f"'{name}' is 1.5") for name in ("forward_weight", "same_symbol", "least_confidence")),
    *(("decoding", "beam", value, r"decoding\.beam is") for value in (NAN, INFINITE, -INFINITE)),
    ("decoding", "same_symbol", NAN, r"decoding\.same_symbol is not a number"),
    ("decoding", "colour", 1, "takes no decoding constant 'colour'"),
    ("decoding", "same_symbol", ..., "needs the decoding constant 'same_symbol'"),
    ("preprocessing", "smallest_stroke", 0, "'smallest_stroke' is 0"),
    ("preprocessing", "likeness_scale", ..., "needs the preprocessing value 'likeness_scale'"),
    ("preprocessing", "points", 32, "takes no preprocessing value 'points'"),
    ("calibration", "ink", ..., "needs the calibration 'ink'"),
    ("calibration", "photos", [1, 0], "takes no calibration 'photos'"),
    *(("calibration", "traced", value, "the calibration 'traced' is")
      for value in ([0, 0], [-1, 0], [101, 0], [1, "0"], [1], [1, 0, 0], None, [True, 0], {}, 1)),
    ("calibration", "ink", [1, NAN], r"calibration\.ink\.1 is not a number"),
    *(("calibration", "ink_margin", value, "the calibration 'ink_margin' is")
      for value in ([1, 0], [-1, 1, 0], [1, -1, 0], [1, 1, 101], [1, "1", 0], None, {}, 1)),
    ("calibration", "traced_margin", [NAN, 1, 0], r"calibration\.traced_margin\.0 is not a number"),
    ("provenance", "commit", "yesterday", "'commit' is 'yesterday'"),
    ("provenance", "seconds", -1, "'seconds' is -1"),
    ("provenance", "samples", 1.5, "'samples' is 1.5"),
    ("provenance", "libraries", {"keras": 3}, "'libraries' is"),
    ("provenance", "data_sha256", "abc", "'data_sha256' is 'abc'"),
    ("provenance", "author", "me", "provenance has no 'author'"),
    ("provenance", "backend", ..., "provenance lacks 'backend'"),
    ("", "decoding", [], "'decoding' is"),
    ("", "calibration", None, "'calibration' is None"),
    ("", "format", 1, "format is 1; this version reads format 2"),
    ("", "more", {}, "an entry 'more'"),
    *(("", name, ..., f"lacks '{name}'") for name in ("preprocessing", "decoding", "provenance", "metrics_sha256")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "name", "value", "cause"),
    REFUSED,
    ids=[f"{t}.{n} {v!r}".replace("Ellipsis", "-") for t, n, v, _ in REFUSED],
)
def test_what_decides_a_reading_is_refused_by_name(table: str, name: str, value: Any, cause: str, folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    where = config[table] if table else config
    where[name] = value
    if value is ...:
        del where[name]
    config["config_sha256"] = checksum_of(config)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(BundleError, match=rf"config\.json.*{cause}"):
        bundle.load(folder)


def test_a_constant_changed_by_hand_is_noticed(folder: Path) -> None:
    text = (folder / "config.json").read_text(encoding="utf-8")
    assert '"beam": 5' in text
    (folder / "config.json").write_text(text.replace('"beam": 5', '"beam": 7'), encoding="utf-8")
    with pytest.raises(BundleError, match=r"config\.json does not match its checksum"):
        bundle.load(folder)


def test_files_that_are_not_utf_8(folder: Path) -> None:
    for name in ("config.json", "metrics.json"):
        text = (folder / name).read_text(encoding="utf-8")
        for encoding in ("utf-16", "utf-8-sig"):
            (folder / name).write_text(text, encoding=encoding)
            with pytest.raises(BundleError, match=name):
                bundle.load(folder)
        (folder / name).write_text(text, encoding="utf-8")
    bundle.load(folder)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda lines: [*lines, b"extra"], "111 labels; the network has 110"),
        (lambda lines: lines[:-1], "109 labels; the network has 110"),
        (lambda lines: [*lines[:-1], lines[0]], "'<mask>' occurs twice"),
        (lambda lines: [b"", *lines[1:]], "line 1 is not a label"),
        (lambda lines: [b"  ", *lines[1:]], "line 1 is not a label"),
        (lambda lines: [b"a\r", *lines[1:]], "line 1 is not a label"),
        (lambda lines: [b"a\0", *lines[1:]], "line 1 is not a label"),
        (lambda lines: [b"a" * 1000, *lines[1:]], "line 1 is not a label"),
        (lambda lines: [b"\xff", *lines[1:]], "not UTF-8"),
        (lambda lines: [b"\\unknown", *lines[1:]], "not those of an alphabet"),
        (lambda lines: lines[::-1], "not those of an alphabet"),
        (lambda lines: [line + b" " if line == b"+" else line for line in lines], r"'\+ ' is not one token"),
        (lambda lines: [b"1 1" if line == b"1" else line for line in lines], "'1 1' is not one token"),
    ],
)
def test_a_vocabulary_that_is_not_that_of_the_network(
    change: Callable[[list[bytes]], list[bytes]], cause: str, folder: Path
) -> None:
    path = folder / "vocabulary.txt"
    path.write_bytes(b"".join(line + b"\n" for line in change(path.read_bytes().splitlines())))
    seal(folder)
    with pytest.raises(BundleError, match=cause):
        Recognizer.load(folder)


@pytest.mark.parametrize("name", ["config.json", "vocabulary.txt", "weights.npz", "metrics.json"])
def test_links_pipes_and_folders_are_no_files_of_a_bundle(name: str, folder: Path) -> None:
    path, elsewhere = folder / name, folder.parent / name
    path.rename(elsewhere)
    for make in (lambda: path.symlink_to(elsewhere), lambda: path.symlink_to("/dev/zero"),
                 lambda: path.symlink_to(path),
                 lambda: os.mkfifo(path)):  # fmt: skip
        make()
        with pytest.raises(BundleError, match=name):
            bundle.load(folder)
        path.unlink()
    path.mkdir()
    with pytest.raises(BundleError, match=name):
        bundle.load(folder)


@pytest.mark.parametrize("config", [{"format": True}, {"format": 1.0}, {"arguments": []}, {"arguments": None},
                                    {"training": "x"}, {"network": 3}, {"weights_sha256": None}])  # fmt: skip
def test_values_of_the_wrong_type(config: dict[str, Any], folder: Path) -> None:
    described = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(described | config), encoding="utf-8")
    with pytest.raises(BundleError, match=r"config\.json|checksum"):
        bundle.load(folder)


@pytest.mark.parametrize(("name", "value"), [("points", 16), ("pair_features", 3), ("symbols", 99)])
def test_a_network_for_other_features_is_refused(name: str, value: int, tmp_path: Path) -> None:
    arguments = ARGUMENTS | {name: value}
    rng = np.random.default_rng(2)
    shapes = bundle.find("stroke_transformer").shapes(arguments)
    weights = {path: rng.normal(0, 0.3, shape) for path, shape in shapes.items()}
    bundle.save(tmp_path, "stroke_transformer", arguments, Vocabulary.crohme().tokens, weights, {})
    with pytest.raises(BundleError, match=f"made for {name} {value}"):
        Recognizer.load(tmp_path)


def test_weights_whose_answers_are_no_numbers_are_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    weights = {path: rng.uniform(5e4, 6e4, shape) for path, shape in SHAPES.items()}
    bundle.save(tmp_path, "stroke_transformer", ARGUMENTS, Vocabulary.crohme().tokens, weights, {})
    with pytest.raises(BundleError, match="answers are not numbers"):
        Recognizer.load(tmp_path)


@pytest.mark.parametrize(("end", "value", "cause"), WITHOUT_EFFECT)
def test_an_array_that_takes_all_effect_from_what_is_before_it(
    end: str, value: float, cause: str, folder: Path
) -> None:
    name = next(name for name in SHAPES if name.endswith(end))
    pack(folder, list((members_of(folder) | {f"{name}.npy": packed(np.full(SHAPES[name], value, "f2"))}).items()))
    seal(folder)
    with pytest.raises(BundleError, match=f"weights.npz {name} {cause}"):
        bundle.load(folder)


def test_weights_of_zeros_are_not_saved(tmp_path: Path) -> None:
    weights = {path: np.zeros(shape) for path, shape in SHAPES.items()}
    with pytest.raises(BundleError, match="holds nothing but"):
        bundle.save(tmp_path, "stroke_transformer", ARGUMENTS, Vocabulary.crohme().tokens, weights, {})


@pytest.mark.parametrize("scale", [0.0, 1e-7])
def test_expressions_read_alike_whatever_the_ink_are_refused(scale: float, folder: Path) -> None:
    weights = dict(bundle.load(folder).weights)
    kernel = "stroke_transformer/symbol/kernel"
    weights[kernel] = np.tile(weights[kernel][:1], (len(weights[kernel]), 1)) * scale
    with pytest.raises(BundleError, match=r"its answers do not depend on the ink"):
        Recognizer(replace(bundle.load(folder), weights=weights))


@pytest.mark.parametrize("name", ["symbol-lstm", "symbol-cnn"])
def test_symbols_read_alike_whatever_the_ink_are_refused(name: str) -> None:
    trained = bundle.load(name)
    weights = {path: array * (0 if "probabilities/kernel" in path else 1) for path, array in trained.weights.items()}
    with pytest.raises(BundleError, match=r"its answers do not depend on the ink"):
        SymbolRecognizer([replace(trained, weights=weights)])


@pytest.mark.parametrize(
    ("name", "constant", "values"),
    [("symbol-lstm", "points", (2, 24, 61, 1000)), ("symbol-cnn", "line_width", (0.01, 0.29))]
    + [("symbol-cnn", "margin", (0.0, 0.29)), ("expressions", "smallest_stroke", (1e-6, 3.0))]
    + [("expressions", "likeness_scale", (0.001, 3.0))],
)
def test_preprocessing_that_no_network_was_trained_with(
    name: str, constant: str, values: tuple, tmp_path: Path
) -> None:
    for value in values:
        shutil.copytree(bundle.load(name).path, tmp_path / "b", dirs_exist_ok=True)
        seal(tmp_path / "b", preprocessing={**bundle.load(name).preprocessing, constant: value})
        with pytest.raises(BundleError, match=f"config.json: the preprocessing value '{constant}' is {value}"):
            bundle.load(tmp_path / "b")


def test_a_variance_below_zero_is_refused(tmp_path: Path) -> None:
    arguments = {"classes": 2, "size": 8, "filters": [2], "dense": 2}
    rng = np.random.default_rng(2)
    shapes = bundle.find("symbol_cnn").shapes(arguments)
    weights = {path: rng.uniform(-1, -0.5, shape) for path, shape in shapes.items()}
    with pytest.raises(BundleError, match="stage_1a_norm/moving_variance holds a variance below zero"):
        bundle.save(tmp_path, "symbol_cnn", arguments, ("a", "b"), weights, {})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["", "\0", "x" * 5000, "a/b", "\n"])
def test_a_name_of_no_bundle(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BundleError):
        bundle.load(name)
