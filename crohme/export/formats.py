"""The formats in which a bundle can be written for apps."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from crohme.browser.export import NETWORK as TRANSFORMER
from crohme.browser.export import check_place, contents_of
from crohme.browser.tables import tables_of
from crohme.browser.weights import packed, rounded, unpacked
from crohme.bundle import Bundle, BundleError, Reads, find
from crohme.export.checking import ExportError, check_expressions, check_symbols
from crohme.expressions.recognizer import Recognizer
from crohme.expressions.settings import Preprocessing
from crohme.extras import needed_by
from crohme.symbols.description import described
from crohme.symbols.forward import forward_pass
from crohme.symbols.forward.layers import ACTIVATIONS
from inkml_parser.files import filling, write_whole

TABLES = "recognizer.json"
MOST_STROKES = 64
Contents = dict[str, bytes]


def export(trained: Bundle, format_name: str, folder: Path, strokes: int = MOST_STROKES) -> int:
    """Write a bundle in a format, and try what was written.

    Args:
        trained: Bundle.
        format_name: str. A key of `FORMATS`.
        folder: Path. Made if missing; other files in it stay.
        strokes: int. The most strokes of an expression, where a format needs to know.

    Returns:
        The size of all files in bytes.

    Raises:
        ExportError: A network that there is not in the format, or one that does not answer as it does in numpy.
        BundleError: A bundle that makes no sense.
        PlaceError: The folder has files of those names that are of something else.
        MissingExtra: The format needs a library that is not installed.
        OSError: It cannot be written. After any of these, the folder is as it was.
    """
    write, check = FORMATS[format_name]
    if trained.reads is Reads.EXPRESSIONS and trained.network != TRANSFORMER:
        raise ExportError(f"there is no {trained.network} in {format_name}, only {TRANSFORMER}", trained.path)
    if trained.reads is not Reads.EXPRESSIONS and (
        described(trained.network).twin is None or trained.arguments.get("activation", "relu") not in ACTIVATIONS
    ):
        raise ExportError(f"there is no {trained.network} in {format_name}: it runs in Keras alone", trained.path)
    if {name: array.shape for name, array in trained.weights.items()} != find(trained.network).shapes(
        trained.arguments
    ):
        raise BundleError(f"weights.npz does not fit {trained.network}", trained.path)  # of a bundle made by hand
    with filling(folder) as parts, needed_by(f"writing {format_name}"):
        contents = write(trained, strokes)
        if card := trained.card:  # with the licence of the weights
            contents["README.md"] = card
        check_place(folder, contents, TABLES)
        for name, content in contents.items():
            write_whole(parts / name, content)
        try:
            check(trained, {name: (parts / name).read_bytes() for name in contents})
        except ExportError as error:
            raise ExportError(error.cause, trained.path) from None
    return sum(map(len, contents.values()))


def _tables(trained: Bundle) -> dict[str, Any]:
    """All that decides what a bundle reads, besides its weights."""
    if trained.reads is Reads.EXPRESSIONS:
        return tables_of(trained, Recognizer(trained).vocabulary)
    network = find(trained.network)
    return {
        "format": 1,
        "bundle": trained.name,
        "network": trained.network,
        "arguments": network.complete(trained.arguments),
        "preprocessing": dict(trained.preprocessing),
        "labels": trained.vocabulary,
    }


def _json(tables: Mapping[str, Any]) -> bytes:
    return json.dumps(tables, ensure_ascii=False, separators=(",", ":")).encode()


def _write_json(trained: Bundle, _: int) -> Contents:
    if trained.reads is Reads.EXPRESSIONS:
        return contents_of(trained)
    weights, layout = packed(trained.weights)
    return {TABLES: _json(_tables(trained) | {"weights": {"file": "weights.bin", **layout}}), "weights.bin": weights}


def _check_json(trained: Bundle, contents: Mapping[str, bytes]) -> None:
    layout = json.loads(contents[TABLES])["weights"]
    root = f"{TRANSFORMER}/" if trained.reads is Reads.EXPRESSIONS else ""
    weights = {f"{root}{name}": array for name, array in unpacked(contents[layout["file"]], layout).items()}
    # What eight bits lose is known; here is asked whether what is meant to be there is there.
    meant = replace(trained, weights=rounded(trained.weights))
    if trained.reads is Reads.EXPRESSIONS:
        check_expressions(meant, Recognizer(replace(trained, weights=weights), engine="numpy").network)
    else:
        check_symbols(meant, forward_pass(replace(trained, weights=weights)))


def _write_onnx(trained: Bundle, _: int) -> Contents:
    from crohme.expressions import onnx_network as expressions
    from crohme.symbols import onnx_network as symbols

    arguments = find(trained.network).complete(trained.arguments)
    if trained.reads is Reads.EXPRESSIONS:
        models = expressions.graphs(trained.weights, arguments, Preprocessing(**trained.preprocessing))
    else:
        models = symbols.graphs(trained.network, trained.weights, arguments)
    found = {f"{name}.onnx": model.SerializeToString() for name, model in models.items()}
    return found | {TABLES: _json(_tables(trained))}


def _check_onnx(trained: Bundle, contents: Mapping[str, bytes]) -> None:
    from crohme.expressions.onnx_network import OnnxTransformer
    from crohme.symbols.onnx_network import OnnxSymbols

    if trained.reads is Reads.EXPRESSIONS:
        check_expressions(trained, OnnxTransformer(contents["encoder.onnx"], contents["decoder.onnx"]))
    else:
        check_symbols(trained, OnnxSymbols(contents["network.onnx"]))


def _write_litert(trained: Bundle, strokes: int) -> Contents:
    from crohme.export import litert

    is_expression = trained.reads is Reads.EXPRESSIONS
    models = litert.expression_models(trained, strokes) if is_expression else litert.symbol_model(trained)
    return {f"{name}.tflite": model for name, model in models.items()} | {TABLES: _json(_tables(trained))}


def _check_litert(trained: Bundle, contents: Mapping[str, bytes]) -> None:
    from crohme.export.litert_network import LiteTransformer, Model

    if trained.reads is Reads.EXPRESSIONS:
        check_expressions(trained, LiteTransformer(contents["encoder.tflite"], contents["decoder.tflite"]))
    else:
        check_symbols(trained, partial(_one_by_one, Model(contents["network.tflite"])))


def _one_by_one(model: Any, inputs: np.ndarray) -> np.ndarray:
    (name,) = model.shapes
    answers = [model(**{name: one[None].astype(np.float32)})["probabilities"] for one in inputs]
    return np.concatenate(answers)


FORMATS: dict[str, tuple[Callable[[Bundle, int], Contents], Callable[[Bundle, Mapping[str, bytes]], None]]] = {
    "onnx": (_write_onnx, _check_onnx),
    "litert": (_write_litert, _check_litert),
    "json": (_write_json, _check_json),
}
"""Name → what writes a bundle, given the most strokes where sizes are fixed, as file name → content; and what tries the
files, and raises ExportError."""
