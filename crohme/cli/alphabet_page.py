"""The alphabet of a bundle as a page: every symbol with its LaTeX."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby

from crohme.notation import Alphabet, Node, SymbolTree, from_latex, to_mathml
from crohme.notation.alphabet import GRID, OTHER, symbol_class
from crohme.notation.tree import ARGUMENTS

_STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: .5rem; padding: 0; }
li { list-style: none; padding: .5rem; border: 1px solid #8885; border-radius: .5rem; text-align: center; }
math { font-size: 2rem; min-height: 3.2rem; display: block math; }
code { font-size: .8rem; overflow-wrap: anywhere; }
"""
_HEADING = {"identifier": "letters", "ordinary": "other signs", "punctuation": "punctuation"}


def alphabet_page(title: str, alphabet: Alphabet) -> str:
    """An HTML page with the symbols of an alphabet by kind, which needs nothing else."""
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{len(alphabet)} symbols{', in grids, too' if alphabet.grids else ''}.</p>",
    ]
    for kind, labels in by_kind(alphabet):
        items = "".join(f"<li>{_picture(label)}<code>{escape(_name(label))}</code></li>" for label in labels)
        parts.append(f"<h2>{escape(kind[0].upper() + kind[1:])}</h2><ul>{items}</ul>")
    if alphabet.grids:
        grid = to_mathml(from_latex(f"[ {GRID} a & b \\\\ c & d \\end{{matrix}} ]", Alphabet.whole()))
        parts.append(f"<h2>Grids</h2><ul><li>{grid}<code>{escape(GRID)}</code></li></ul>")
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(parts)}</body></html>\n'


def by_kind(alphabet: Alphabet) -> Iterator[tuple[str, list[str]]]:
    """The labels of each kind, the kinds by name in the plural."""

    def plural(label: str) -> str:
        kind = str(symbol_class(label).kind)
        return _HEADING.get(kind, f"{kind}s" if not kind.endswith("under") else "accents under")

    for kind, labels in groupby(sorted(alphabet, key=plural), key=plural):
        yield kind, list(labels)


def _picture(label: str) -> str:
    rows = {relation: (Node("\\square"),) for relation in ARGUMENTS.get(label, ())}
    return to_mathml(SymbolTree((Node(label, (), rows),)))


def _name(label: str) -> str:
    return "? (any other sign)" if label == OTHER else label
