"""Untrusted XML: parsed safely, searched by local name."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator

from lxml import etree

from inkml_parser.damaged_tags import with_annotations_closed, without_rest, without_segmentation
from inkml_parser.encoding import as_utf8
from inkml_parser.errors import EmptyInk, ForbiddenInk, MalformedInk
from inkml_parser.repair import repaired
from inkml_parser.warnings import Part, Warnings

XML_ID = "{http://www.w3.org/XML/1998/namespace}id"

_FOREIGN = (
    (b"\x1f\x8b", "a gzip file (Xournal++ writes such); unpack it first"),
    (b"PK\x03\x04", "a ZIP archive; unpack it first"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"{", "JSON"),
    (b"[", "JSON"),
)
"""What files that are given for InkML begin with."""
_MOST_TAGS = 50_000  # and entities: ten for each stroke that a file may have; more are not repaired again and again
# What may stand before a DOCTYPE: white space, processing instructions, comments.
_DOCTYPE = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)


def parse(data: bytes, warnings: Warnings) -> etree._Element:
    """The root element of a document.

    A document that is not well-formed for its truth or what follows its end is repaired, with warnings:
    see `repair` and `damaged_tags`. How the bytes are read: see `encoding`.

    Raises:
        EmptyInk: No bytes, or nothing but white space.
        ForbiddenInk: A document type declaration.
        MalformedInk: Not well-formed.
    """
    for start, kind in _FOREIGN:
        if data.startswith(start):
            raise MalformedInk(f"not well-formed XML, but {kind}")
    data = _cleaned(as_utf8(data, warnings), warnings)
    try:
        return parse_utf8(data)
    except MalformedInk as error:
        first = error
    for text, repairs in _mended(data.decode("utf-8")):
        try:
            root = parse_utf8(text.encode("utf-8"))
        except MalformedInk:
            continue
        for warning in repairs.listed(None):
            warnings.add(warning.part, warning.cause)
        return root
    raise first


def _mended(text: str) -> Iterator[tuple[str, Warnings]]:
    """The document with more and more of its truth repaired or left out, each with what was done; no text twice."""
    seen = {text}
    begun = Warnings()
    text = without_rest(text, begun)
    stages = [(text, begun, True)]
    if "annotationXML" in text:
        stages.append((text, begun, False))
    if text.count("<") + text.count("&") <= _MOST_TAGS:
        closing, shorter = begun.copy(), begun.copy()
        closed = with_annotations_closed(text, closing)
        rest, both = without_segmentation(text, shorter), closing.copy()
        stages += [(closed, closing, False), (rest, shorter, True), (rest, shorter, False)]
        stages += [(without_segmentation(closed, both), both, False)]
    for start, before, keep_mathml in stages:
        done = before.copy()
        mended = repaired(start, done, keep_mathml=keep_mathml)
        if mended not in seen:
            seen.add(mended)
            yield mended, done


def _cleaned(data: bytes, warnings: Warnings) -> bytes:
    """Without white space before the declaration, and without the zeros that fill up a file."""
    start = data.lstrip(b" \t\r\n")
    if start is not data and start.startswith(b"<?xml"):
        warnings.add(Part.INK, "white space before the XML declaration was passed over")
        data = start
    end = data.rstrip(b"\0\x1a \t\r\n")
    if data[-1:] in (b"\0", b"\x1a") and end.endswith(b">"):
        warnings.add(Part.INK, "zeros after the end were passed over")
        data = end
    return data


def parse_utf8(data: bytes) -> etree._Element:
    """As `parse`, of UTF-8 without byte order mark, and with nothing repaired."""
    if not data.strip():
        raise EmptyInk("the file is empty")
    if _DOCTYPE.match(data):
        raise ForbiddenInk("a DOCTYPE is not allowed")
    # Never recover=True: it turns `a < b` into `a  b` without a word. collect_ids=False, since
    # most xml:id of CROHME are no XML names.
    parser = etree.XMLParser(
        encoding="utf-8",
        collect_ids=False,
        recover=False,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise MalformedInk(f"not well-formed XML: {(error.msg or '').partition(chr(10))[0][:200]}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise ForbiddenInk("a DOCTYPE is not allowed")
    return root


def local_name(element: etree._Element) -> str:
    """The tag without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Child elements of this local name, in whatever namespace."""
    return element.iterchildren(f"{{*}}{name}")


def descendants(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Elements of this local name inside `element`, at any depth, in document order."""
    return element.iterdescendants(f"{{*}}{name}")


def identifier(element: etree._Element) -> str | None:
    """The `id` that CROHME writes, or the `xml:id` of the standard."""
    value = element.get("id")
    return element.get(XML_ID) if value is None else value


def serialised(element: etree._Element) -> str:
    """The element as text, with those namespace declarations that it uses, wherever they stood."""
    alone = copy.deepcopy(element)
    alone.tail = None
    etree.cleanup_namespaces(alone)
    return etree.tostring(alone, encoding="unicode")
