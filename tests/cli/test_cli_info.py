"""`crohme info`: versions, figures, the alphabet as a list and as a page."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import html

from crohme import bundle
from crohme.bundle.configuration import checksum_of
from crohme.cli import main
from crohme.cli.alphabet_page import alphabet_page, by_kind
from crohme.notation import Alphabet


def test_the_alphabet_of_a_bundle_is_a_page_with_each_symbol_once(tmp_path: Path) -> None:
    page = tmp_path / "symbols.html"
    assert main(["info", "expressions", "--alphabet", str(page)]) == 0
    read = html.fromstring(page.read_text(encoding="utf-8"))
    assert sorted(read.xpath("//li/code/text()")) == sorted(Alphabet.crohme())
    pictures = {item.findtext("code"): "".join(item.find("math").itertext()) for item in read.iter("li")}
    assert (pictures["\\alpha"], pictures["\\sum"], pictures["\\leq"], pictures["x"]) == ("α", "∑", "≤", "x")


def test_the_page_of_the_whole_alphabet_shows_what_takes_arguments_and_grids() -> None:
    read = html.fromstring(alphabet_page("<all> & more", Alphabet.whole()))
    assert read.findtext(".//h1") == "<all> & more"
    pictures = {item.findtext("code"): item for item in read.iter("li")}
    assert len(pictures) == len(Alphabet.whole()) + 1  # one grid
    for label, element in (("\\hat", "mover"), ("\\underline", "munder"), ("\\begin{matrix}", "mtable")):
        assert pictures[label].xpath(f".//{element}"), label
    assert "? (any other sign)" in pictures


def test_kinds_are_named_in_the_plural_and_leave_nothing_out() -> None:
    kinds = dict(by_kind(Alphabet.whole()))
    assert {"digits", "letters", "relations", "punctuation", "accents under"} <= kinds.keys()
    assert sorted(label for labels in kinds.values() for label in labels) == sorted(Alphabet.whole())


def test_a_page_needs_a_bundle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "--alphabet", str(tmp_path / "a.html")]) == 1
    assert "--alphabet needs a bundle" in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_figures_stand_by_set_in_percent_and_the_licence_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "symbol-lstm"]) == 0
    assert re.search(r"test2013 +6,082 symbols, top-1 87\.17 %, top-3", capsys.readouterr().out)
    assert main(["info", "expressions"]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"test2014 +986 files, ExpRate \d\d\.\d\d %, ≤ 1 error", shown)
    assert re.search(r"licence .*no commercial use, share alike\.\n", shown)
    assert re.search(r"digits +0 1 2 3 4 5 6 7 8 9\n", shown)


def test_figures_of_a_fresh_bundle_are_named_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start = bundle.load("expressions")
    metrics = {"exprate": 12.5, "surprise": 3.21, "traced_stroke_class": 61.0, "backward_same_symbol_f": 97.0, "x": 4}
    bundle.save(
        tmp_path / "mine", start.network, start.arguments, start.vocabulary, start.weights, {}, metrics,
        preprocessing=start.preprocessing, decoding=start.decoding, calibration=start.calibration,
    )  # fmt: skip
    assert main(["info", str(tmp_path / "mine")]) == 0
    shown = capsys.readouterr().out
    for line in (
        r"validation +ExpRate 12\.50 %, −log p 3\.21", r"from pictures +stroke classes 61\.00 %",
        r"right to left +segmentation F1 97\.00 %", "other +x 4",
    ):  # fmt: skip
        assert re.search(rf"^  {line}$", shown, re.MULTILINE), shown


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A bundle that can be spoilt."""
    return Path(shutil.copytree(bundle.load("symbol-lstm").path, tmp_path / "b"))


def reseal(folder: Path, **changes: object) -> None:
    """Change the configuration, and put the right checksums into it."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8")) | changes
    config["metrics_sha256"] = hashlib.sha256((folder / "metrics.json").read_bytes()).hexdigest()
    (folder / "config.json").write_text(json.dumps(config | {"config_sha256": checksum_of(config)}), encoding="utf-8")


def test_figures_that_are_no_numbers_are_left_out(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = (None, "0.5", True, [1], {"n": 1})
    metrics = {f"set{i}_{name}": value for name in ("n", "top1", "surprise", "x") for i, value in enumerate(odd)}
    (mine / "metrics.json").write_text(json.dumps(metrics | {"test2013_top1": 0.5}), encoding="utf-8")
    reseal(mine)
    assert main(["info", str(mine)]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"^  test2013 +top-1 50\.00 %$", shown, re.MULTILINE) and "set" not in shown.split("arguments")[0]


def test_nothing_that_a_bundle_says_steers_the_terminal(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steering = "\x1b[31m\x9b2J\x07"
    (mine / "metrics.json").write_text(json.dumps({f"{steering}_top1": 0.5, f"{steering}x": 1}), encoding="utf-8")
    (mine / "README.md").write_text(f"# A\tb\n\nLicence: {steering}\n", encoding="utf-8")
    known = json.loads((mine / "config.json").read_text(encoding="utf-8"))["provenance"]
    reseal(mine, provenance=known | {"data": steering, "libraries": {steering: steering}})
    assert main(["info", str(mine)]) == 0
    shown = capsys.readouterr().out
    assert not set("\x1b\x9b\x07") & set(shown)
    assert r"licence   \x1b[31m\x9b2J\x07" in shown and "# A     b" in shown


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (lambda card: card.symlink_to(card.with_name("vocabulary.txt")), "is a link"),
        (lambda card: card.symlink_to(card), "is a link"),
        (lambda card: card.mkdir(), "Is a directory"),
        (lambda card: os.mkfifo(card), "Not a regular file"),
        (lambda card: card.write_bytes(b"x" * ((1 << 20) + 1)), "is larger than 1,048,576 bytes"),
    ],
)
def test_a_card_that_is_no_plain_file_is_neither_shown_nor_copied(
    make: Callable[[Path], object], cause: str, mine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (mine / "README.md").unlink(missing_ok=True)
    make(mine / "README.md")
    for command in (["info", str(mine)], ["export", str(mine), str(tmp_path / "o"), "--to", "json"]):
        assert main(command) == 1
        told = capsys.readouterr()
        assert (told.out, told.err.count("\n")) == ("", 1) and f"{mine}: README.md" in told.err and cause in told.err
    assert not (tmp_path / "o").exists()


def test_a_card_in_another_encoding_is_shown(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (mine / "README.md").write_bytes("Licence: de l'École\n".encode("latin-1"))
    assert main(["info", str(mine)]) == 0
    assert "licence   de l'�cole" in capsys.readouterr().out
