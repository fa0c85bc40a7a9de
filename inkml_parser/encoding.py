"""The bytes of a document as UTF-8, whatever encoding they have or declare."""

from __future__ import annotations

import codecs
import re

from inkml_parser.errors import MalformedInk
from inkml_parser.warnings import Part, Warnings

# In this order: the mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Without a mark: how "<" is written, which every document begins with.
_SHAPES = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_DECLARATION = re.compile(rb"\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:\- ]{1,40})[\"'][^>]{0,200}?\?>")
_WIDE = re.compile(r"utf[_-]?(16|32)|ucs|iso-10646|unicode")
# Encodings of text that extend ASCII; Python knows more names, some of no encodings of text.
_EXTEND_ASCII = re.compile(
    r"(iso8859[_-]\d+|latin[_-]?1|cp\d+|mac[_-]\w+|koi8[_-]\w+|gb2312|gbk|gb18030|big5\w*|shift_jis\w*|euc_\w+|tis[_-]620)$"
)


def as_utf8(data: bytes, warnings: Warnings) -> bytes:
    """The document in UTF-8, without byte order mark.

    What the bytes are goes before what the declaration says: a byte order mark, or zeros beside the
    first `<`, tell UTF-16 and UTF-32; what can be UTF-8 and has other than ASCII in it is UTF-8. Bytes that
    should be UTF-8 and cannot be are taken for ISO-8859-1, as one CROHME training file needs. Where that
    contradicts the declaration, there is a warning.

    Raises:
        MalformedInk: UTF-16 or UTF-32 that cannot be decoded.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], name, warnings)
    for shape, name in _SHAPES:
        if data.startswith(shape):
            return _decoded(data, name, warnings)
    found = _DECLARATION.match(data)
    declared = "utf-8" if found is None else found[1].decode("ascii").strip().lower()
    try:
        codec = codecs.lookup(declared).name
    except LookupError:
        codec = ""
    if data.isascii() or _is_utf8(data):
        if found is not None and not _may_be_utf8(codec, declared, data):
            warnings.add(Part.INK, f"the file says that it is {declared}, but is UTF-8")
        return data
    if _EXTEND_ASCII.match(codec):
        try:
            return data.decode(codec).encode("utf-8")
        except UnicodeDecodeError:
            pass
    warnings.add(Part.INK, f"the file {'is no' if codec else 'says that it is'} {declared}; it is read as ISO-8859-1")
    return data.decode("iso-8859-1").encode("utf-8")


def _decoded(data: bytes, name: str, warnings: Warnings) -> bytes:
    shown = name[:6].upper()
    try:
        text = data if name == "utf-8" else data.decode(name).encode("utf-8")
    except UnicodeError:
        raise MalformedInk(f"not well-formed XML: it begins as {shown} and cannot be decoded as such") from None
    if name == "utf-8" and not _is_utf8(text):
        warnings.add(Part.INK, "the file begins as UTF-8 and is none; it is read as ISO-8859-1")
        return text.decode("iso-8859-1").encode("utf-8")
    found = _DECLARATION.match(text)
    declared = name if found is None else found[1].decode("ascii").strip().lower().replace("_", "-")
    if not declared.startswith(name[:6].rstrip("-")) and not (name != "utf-8" and _WIDE.match(declared)):
        warnings.add(Part.INK, f"the file says that it is {declared}, but is {shown.rstrip('-')}")
    return text


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _may_be_utf8(codec: str, declared: str, data: bytes) -> bool:
    """Whether the declaration is true of bytes that are UTF-8."""
    if codec in ("utf-8", "utf-8-sig"):
        return True
    return data.isascii() and (codec == "ascii" or _EXTEND_ASCII.match(codec) is not None)
