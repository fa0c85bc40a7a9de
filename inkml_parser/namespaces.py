"""Elements of other vocabularies that are named like those of InkML."""

from __future__ import annotations

from lxml import etree

from inkml_parser.document import local_name
from inkml_parser.warnings import Part, Warnings

INKML = "http://www.w3.org/2003/InkML"
_NO_INK = frozenset({"annotation", "annotationXML", "math"})
_NAMES = (
    "trace traceGroup traceView context canvas canvasTransform mapping affine table bind traceFormat "
    "regularChannels intermittentChannels channel inkSource channelProperties channelProperty brush brushProperty"
).split()
_TAGS = tuple(f"{{*}}{name}" for name in (*sorted(_NO_INK), *_NAMES))


def set_aside(root: etree._Element, warnings: Warnings) -> None:
    """Rename foreign elements that share a name with InkML's, so that they are not taken for ink.

    InkML's are those of its namespace, of the root's, whatever that is, and those without any. What
    stands in annotations stays as it is.

    Args:
        root: lxml element. Changed in place.
        warnings: Warnings. Takes each kind of foreign element once.
    """
    known = {INKML, _namespace(root), ""}
    noted: set[str] = set()
    walk = etree.iterwalk(root, events=("start",), tag=_TAGS)
    for _, element in walk:
        name, namespace = local_name(element), _namespace(element)
        if name in _NO_INK:
            walk.skip_subtree()
        elif namespace not in known:
            if element.tag not in noted:
                noted.add(str(element.tag))
                cause = f"<{name}> in line {element.sourceline} is of namespace {namespace[:100]!r}, not InkML's; "
                warnings.add(Part.INK, cause + "elements like it were left out")
            element.tag = f"{{{namespace}}}foreign-{name}"


def _namespace(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[0].removeprefix("{")
