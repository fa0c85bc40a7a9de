"""XML as an untrusted file may have it: parsed safely, searched by local name."""

from __future__ import annotations

import codecs
import copy
import re
from collections.abc import Iterator

from lxml import etree

from inkml_parser.errors import EmptyInk, ForbiddenInk, MalformedInk

XML_ID = "{http://www.w3.org/XML/1998/namespace}id"

# What may stand before a DOCTYPE: byte order mark, white space, processing instructions, comments.
_DOCTYPE = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)


def parse(data: bytes, warnings: object = None) -> etree._Element:
    """The root element of a document.

    Bytes that are not UTF-8 where the document should be are read as ISO-8859-1, as one CROHME
    training file needs.

    Raises:
        EmptyInk: No bytes, or nothing but white space.
        ForbiddenInk: A document type declaration.
        MalformedInk: Not well-formed.
    """
    if not data.removeprefix(codecs.BOM_UTF8).strip():
        raise EmptyInk("the file is empty")
    if _DOCTYPE.match(data):
        raise ForbiddenInk("a DOCTYPE is not allowed")
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        root = _latin1(data, error)
    except ValueError as error:  # an encoding that libxml2 does not know
        raise MalformedInk(f"not well-formed XML: {error}") from None
    if root.getroottree().docinfo.internalDTD is not None:  # in UTF-16, say, where the search above is blind
        raise ForbiddenInk("a DOCTYPE is not allowed")
    return root


def _parser(encoding: str | None = None) -> etree.XMLParser:
    # Never recover=True: it turns `a < b` into `a  b` without a word. collect_ids=False, since
    # most xml:id of CROHME are no XML names.
    return etree.XMLParser(
        encoding=encoding,
        collect_ids=False,
        recover=False,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _latin1(data: bytes, first: etree.XMLSyntaxError) -> etree._Element:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return etree.fromstring(data, _parser("iso-8859-1"))
        except etree.XMLSyntaxError:
            pass
    raise MalformedInk(f"not well-formed XML: {first.msg}") from None


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
