"""Bytes of other people's files as text."""

from __future__ import annotations

from crohme.errors import CrohmeError

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF32 = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")


class EncodingError(CrohmeError):
    """Bytes that are no text."""


def decode(content: bytes, lenient: bool = False) -> str:
    """Text in UTF-8, or in UTF-16 or UTF-32 with a byte order mark.

    Args:
        content: bytes.
        lenient: bool. Whether bytes that are no UTF-8 become surrogates (see `undecoded`) instead of an error: a
            table is not refused for one name in Latin-1.

    Raises:
        EncodingError: It is no such text. The cause names the line.
    """
    for marks, encoding in ((_UTF32, "utf-32"), (_UTF16, "utf-16")):
        if content.startswith(marks):
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                raise EncodingError(f"begins like {encoding.upper()} text but is not") from None
            break
    else:
        text = content.decode("utf-8-sig", "surrogateescape")
    if "\0" in text:
        raise EncodingError("no text: it has zero bytes (UTF-16 needs a byte order mark); save it in UTF-8")
    if not lenient:
        for number, line in enumerate(text.split("\n"), start=1):
            if (byte := undecoded(line)) is not None:
                raise EncodingError(not_utf8(number, byte))
    return text


def undecoded(text: str) -> int | None:
    """The first byte of a lenient text that is no UTF-8, if there is one."""
    return next((ord(c) - 0xDC00 for c in text if "\udc80" <= c <= "\udcff"), None)


def not_utf8(line: int, byte: int) -> str:
    """What is wrong with a line."""
    return f"line {line}: not UTF-8 (byte 0x{byte:02X}; Latin-1?): save it in UTF-8"
