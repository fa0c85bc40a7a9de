"""Text that is no LaTeX, though it could be read token by token."""

from __future__ import annotations

import re

_MATHML = re.compile(r"\s*<(?:\?xml\b|(?:\w+:)?math[\s>])")
_MARK = re.compile(
    r"\s*(<(?:s|sos|bos|start)>)|.*?(<(?:unk|\|\w+\|)>)|.*?(</s>|<(?:eos|pad|end)>)\s*\Z", re.IGNORECASE | re.DOTALL
)
_HTML = re.compile(r"&(?:lt|gt|amp|quot|apos|nbsp|#\d+|#x[0-9a-fA-F]+);")
_PLAIN = re.compile(r"[√∛∜]\(|(?<![\\A-Za-z])(?:sqrt|frac)\(")
"""What Unicode text, Typst and calculators have; in LaTeX it would be a root of a bracket, or a product of letters."""
# Where a program took the backslash of LaTeX for one of its own: `\frac` is a form feed and `rac`.
_ESCAPES = {"\a": "a", "\b": "b", "\f": "f", "\v": "v", "\t": "t", "\r": "r"}
_ESCAPED = re.compile(r"([\a\x08\f\v])[A-Za-z]|(\t)(?:heta|imes|herefore|riangle|ilde)|(\r)(?:ight|ho(?![a-z])|angle)")


def not_latex(text: str) -> str | None:
    """Why a text is no LaTeX, though it could be read token by token; None if it may be some."""
    if _MATHML.match(text):
        return "MathML, not LaTeX"
    if text.lstrip().startswith("`"):
        return "Markdown, not LaTeX"
    if (found := _HTML.search(text)) is not None:
        return f"HTML, not LaTeX: it has {found[0]}"
    if (found := _ESCAPED.search(text)) is not None:
        mark = next(filter(None, found.groups()))
        return f"not LaTeX: it has U+{ord(mark):04X} where the backslash of \\{_ESCAPES[mark]}… was taken for an escape"
    if (found := _PLAIN.search(text)) is not None:
        return f"plain text, not LaTeX: it has {found[0]}"
    if mark := _MARK.match(text):
        return f"not LaTeX alone: {next(filter(None, mark.groups()))} is a mark of a language model"
    return None
