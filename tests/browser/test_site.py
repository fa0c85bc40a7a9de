"""The site: one folder that any web host serves, which recognises in the browser and nowhere else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from crohme import bundle
from crohme.browser.site import write_site
from crohme.bundle import BundleError
from crohme.cli import main
from tests.browser.conftest import REPOSITORY

MOST_BYTES = 16_000_000


def files_of(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


def test_the_command_says_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["site", str(tmp_path / "site")]) == 0
    size = sum(file.stat().st_size for file in (tmp_path / "site").rglob("*") if file.is_file())
    assert capsys.readouterr().out == f"site written to {tmp_path / 'site'}, {size / 1e6:.1f} MB\n"
    assert size < MOST_BYTES


def test_a_bundle_of_symbols_is_refused_and_nothing_is_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["site", str(tmp_path / "site"), "--bundle", "symbol-lstm"]) == 1
    assert "does not read whole expressions" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()
    with pytest.raises(BundleError, match="does not read whole expressions"):
        write_site(bundle.load("symbol-cnn"), tmp_path)


def test_every_file_that_is_named_is_there(site: Path) -> None:
    files = files_of(site)
    named = set()
    for name in files:
        if name.endswith((".js", ".css", ".html", ".webmanifest")):
            text = (site / name).read_text(encoding="utf-8")
            found = re.findall(r'(?:from |import |URL\(|url\(|src=|"src": |href=)"([^"#]+\.[a-z0-9]+)"', text)
            base = site if name.count("/") == 0 else (site / name).parent
            named |= {(base / one).resolve().relative_to(site.resolve()).as_posix() for one in found}
    assert {"engine/crohme.js", "recognizer/recognizer.json", "static/worker.js", "static/main.js"} <= named
    of_load_without_an_address = {f"engine/recognizer/{name}" for name in ("recognizer.json", "weights.bin")}
    assert named - of_load_without_an_address <= files
    assert not {"engine/pad.js", "engine/worker.js"} & files  # of the npm package: the page has its own


def test_all_is_kept_for_use_without_a_network(site: Path) -> None:
    version, files = (site / "offline-worker.js").read_text(encoding="utf-8").splitlines()[:2]
    kept = json.loads(files.removeprefix("const FILES = ").removesuffix(";"))
    assert set(kept) == {"./"} | files_of(site) - {"offline-worker.js"}
    assert re.fullmatch(r'const VERSION = "[0-9a-f]{16}";', version)


def test_what_is_kept_changes_with_the_weights(site: Path, tmp_path: Path) -> None:
    write_site(bundle.load("expressions"), tmp_path)
    versions = {(folder / "offline-worker.js").read_text().partition("\n")[0] for folder in (site, tmp_path)}
    assert len(versions) == 2


def test_the_licence_of_the_weights_lies_beside_them(site: Path) -> None:
    assert (site / "recognizer/README.md").read_text() == (REPOSITORY / "models/math/README.md").read_text()
    assert "CC BY-NC-SA" in (site / "recognizer/README.md").read_text()
