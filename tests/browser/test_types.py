"""The types of the npm package name what its modules have."""

from __future__ import annotations

import re
import subprocess

from tests.browser.conftest import NODE, REPOSITORY, needs_node

JS = REPOSITORY / "js"


def declared(name: str) -> str:
    return (JS / name).read_text(encoding="utf-8")


@needs_node
def test_what_the_package_exports_has_a_type() -> None:
    assert NODE is not None
    program = f'console.log(Object.keys(await import("{(JS / "crohme.js").as_uri()}")).sort().join(" "))'
    done = subprocess.run([NODE, "--input-type=module", "-e", program], capture_output=True, text=True, check=True)
    exported = done.stdout.split()
    assert {"BundleError", "InkError", "Recognizer", "load"} <= set(exported)
    with_type = re.findall(r"^export (?:class|function|const) (\w+)", declared("crohme.d.ts"), re.MULTILINE)
    assert exported == sorted(with_type)


def test_the_component_has_what_its_type_names() -> None:
    of_class = declared("pad.d.ts").partition("class CrohmePad")[2].partition("\n}")[0]
    members = set(re.findall(r"^  (?:readonly )?(\w+)(?:\(\))?: ", of_class, re.MULTILINE))
    assert {"value", "strokes", "candidates", "form", "undo", "clear", "checkValidity"} <= members
    module = declared("pad.js")
    assert {one for one in members if not re.search(rf"^  (?:get )?{one}\(", module, re.MULTILINE)} == set()
    detail = declared("pad.d.ts").partition("interface PadReading")[2].partition("\n}")[0]
    fields = re.findall(r"^  (\w+): ", detail, re.MULTILINE)
    assert fields == ["latex", "mathml", "confidence", "candidates", "strokes"]
