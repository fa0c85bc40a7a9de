"""How symbols look in MathML, as `js/mathml.js` takes it."""

from __future__ import annotations

from typing import Any

from crohme.notation.alphabet import Alphabet
from crohme.notation.mathml import ENCLOSURES
from crohme.notation.mathml_accents import ATTRIBUTES, looks_like_accent, stretchy_of
from crohme.notation.mathml_constructs import LIMITS, SCRIPT_ELEMENTS, kind_of, leaf
from crohme.notation.mathml_writer import FENCES, text_of
from crohme.notation.tree import Node


def signs_of(alphabet: Alphabet) -> dict[str, Any]:
    """The table for the symbols of an alphabet."""
    texts = {label: text_of(label) for label in alphabet}
    return {
        "leaves": {label: _leaf(label, text) for label, text in texts.items()},
        "accents": {str(kind): attribute for kind, attribute in ATTRIBUTES.items()},
        "stretchy": {label: stretchy for label in alphabet if (stretchy := stretchy_of(label)) is not None},
        "fences": [str(kind) for kind in FENCES],
        "scripts": [[str(lower), str(upper), names] for lower, upper, names in SCRIPT_ELEMENTS],
        "enclosures": {label: notation for label, notation in ENCLOSURES.items() if label in alphabet},
        "like_accents": {
            str(relation): {
                "attribute": ATTRIBUTES[kind],
                "signs": sorted({text for text in texts.values() if looks_like_accent(kind, text)}),
            }
            for relation, kind in LIMITS.items()
        },
    }


def _leaf(label: str, text: str) -> dict[str, str | None]:
    kind = kind_of(Node(label))
    name = str(leaf(label, text).tag).rpartition("}")[2]
    return {"element": name, "text": text, "kind": None if kind is None else str(kind)}
