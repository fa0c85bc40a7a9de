"""What the notation can hold of LaTeX that people write."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given

from crohme.cli import main
from crohme.evaluation.texts import Kind, TextsError, causes, check, evaluate, read_lines
from crohme.notation import Alphabet, SymbolTree, to_latex
from tests.notation.trees import trees_with_grids

WHOLE = Alphabet.whole()


@pytest.mark.parametrize(
    "text",
    [
        r"x^2", r"\left( \frac12 \right)", r"\max_{x} f", r"a \bmod b", r"x \equiv y \pmod{n}", r"\ln x \, dx",
        r"{a \over b}", r"\begin{pmatrix} { 1 } & 2 \\ 3 \\ \end{pmatrix}", r"f''", r"C^2_n", r"\mathrm{d}x", "α≤β",
        r"\varepsilon \to 0", r"\widetilde { A } \hat a", r"\begin{array}{cc} a & \\ & b \end{array}",
    ],
)  # fmt: skip
def test_texts_that_are_the_same(text: str) -> None:
    assert check(text.encode(), WHOLE)[1:3] == (Kind.SAME, "")


@pytest.mark.parametrize(
    ("text", "kind", "cause"),
    [
        (r"A \xrightarrow{f} B", Kind.UNKNOWN, r"\xrightarrow"),
        (r"\begin{foo} a \end{foo}", Kind.UNKNOWN, r"\begin{foo}"),
        (r"\mathcal{L}", Kind.UNKNOWN, r"\mathcal"),
        ("ç", Kind.UNKNOWN, "ç"),
        ("{}^{14}C", Kind.STRUCTURE, "script '^' without a base"),
        ("x^2^3", Kind.STRUCTURE, "second '^' on 'x'"),
        (r"\frac{}{2}", Kind.STRUCTURE, "fraction with an empty part"),
        ("a & b", Kind.STRUCTURE, "unexpected '&'"),
        ("{" * 70 + "x" + "}" * 70, Kind.STRUCTURE, "nested deeper than 64 levels"),
        ("x^{2", Kind.MALFORMED, "'{' is never closed"),
        ("x}", Kind.MALFORMED, "unexpected '}'"),
        (r"\begin{matrix} a", Kind.MALFORMED, r"'\begin{matrix}' is never closed"),
        (r"\,", Kind.MALFORMED, "no symbol"),
        ("x^", Kind.MALFORMED, "'^' lacks its argument"),
    ],
)
def test_texts_that_are_not_the_same_have_a_cause(text: str, kind: Kind, cause: str) -> None:
    assert check(text.encode(), WHOLE) == (text, kind, cause, "")


def test_a_text_that_is_no_utf8() -> None:
    assert check(b"x\xe9", WHOLE) == (r"x\xe9", Kind.ENCODING, "byte 0xE9", "")


def test_a_sign_that_the_alphabet_writes_as_another_one_is_told() -> None:
    text, kind, cause, written = check(b"\\other x", WHOLE)
    assert (kind, cause, written) == (Kind.CHANGED, "read again as something else", "? x")


@given(trees_with_grids())
def test_what_a_tree_is_written_as_is_the_same(tree: SymbolTree) -> None:
    assert check(" ".join(to_latex(tree)).encode(), WHOLE)[1] is Kind.SAME


def test_lines_are_counted_once_and_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_bytes(b"\xef\xbb\xbfx\r\n\n y \nx\n")
    (tmp_path / "a.txt").write_bytes(b"y\nz")
    (tmp_path / "c.tex").write_bytes(b"q")
    lines, repeated = read_lines([tmp_path])
    assert [(file.name, number, text) for file, number, text in lines] == [
        ("a.txt", 1, b"y"), ("a.txt", 2, b"z"), ("b.txt", 1, b"x")]  # fmt: skip
    assert repeated == 2
    found = list(evaluate([*lines, (tmp_path, 9, b"q \\foo"), (tmp_path, 8, b"\\foo")], WHOLE))
    assert [(cause, count, one.line) for cause, count, one in causes(found)[Kind.UNKNOWN]] == [("\\foo", 2, 9)]


@pytest.mark.parametrize(
    ("name", "cause"), [("none.txt", "No such file"), ("", "no .txt file"), ("empty.txt", "no text")]
)
def test_files_without_texts(tmp_path: Path, name: str, cause: str) -> None:
    if name == "empty.txt":
        (tmp_path / name).write_text("\n \n")
    with pytest.raises(TextsError, match=cause):
        read_lines([tmp_path / name])


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = tmp_path / "texts.txt"
    texts.write_bytes(b"x ^ { 2 }\nx^3\n\\foo\n\\foo x\n\\bar\nx ^ { 2 }\n\xe9\n")
    assert main(["evaluate", "texts", str(texts), "--report", str(tmp_path / "out"), "--examples", "1"]) == 0
    out = capsys.readouterr().out
    assert "6 texts (1 repeated line left out); Alphabet(" in out
    assert "the same                 2    33.33 %" in out and "token for token          1    16.67 %" in out
    assert "unknown command or sign: 2\n       2  \\foo    texts.txt:3: \\foo\n" in out
    assert "malformed: 1" in out and "not UTF-8: 1\n       1  byte 0xE9    texts.txt:7" in out
    with (tmp_path / "out" / "texts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["line"], row["kind"], row["cause"], row["latex"]) for row in rows][:2] == [
        ("3", "unknown command or sign", "\\foo", "\\foo"),
        ("4", "unknown command or sign", "\\foo", "\\foo x"),
    ]
    with (tmp_path / "out" / "causes.csv").open(encoding="utf-8", newline="") as file:
        assert ["unknown command or sign", "\\foo", "2"] in list(csv.reader(file))
    assert main(["evaluate", "texts", str(tmp_path / "none.txt")]) == 1
    assert "none.txt: No such file" in capsys.readouterr().err


def test_a_line_that_is_too_long_is_named_and_the_others_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.txt").write_text("x^2\n" + "x + " * 450_000 + "x\n\\frac12\n")
    assert main(["evaluate", "texts", str(tmp_path / "t.txt"), "--report", str(tmp_path / "report")]) == 0
    out = capsys.readouterr().out
    assert "the same                 2" in out
    assert "longer than 16000 tokens    t.txt:2: x + x" in out
    rows = list(csv.DictReader((tmp_path / "report/texts.csv").open()))
    assert [(row["line"], row["kind"], len(row["latex"])) for row in rows] == [("2", "too long", 1001)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes("x + α\r\n\\frac12\r\n".encode(encoding))
    assert read_lines([path]) == ([(path, 1, "x + α".encode()), (path, 2, rb"\frac12")], 0)
    path.write_bytes(b"\xff\xfex")
    with pytest.raises(TextsError, match="begins like UTF-16 text but is not"):
        read_lines([path])


@pytest.mark.parametrize(
    "text",
    [b"\\" + b"a" * 100_000, b"\\begin{" + b"a" * 100_000 + b"}", b"x" + b" " * 100_000 + b"\\foo"],
    ids=["a command", "an environment", "spaces"],
)
def test_of_a_long_text_that_is_not_read_the_beginning_is_shown(text: bytes) -> None:
    [outcome] = evaluate([(Path("a.txt"), 1, text)], Alphabet.whole())
    assert outcome.kind in (Kind.UNKNOWN, Kind.MALFORMED)
    assert text.decode().startswith(outcome.text[:-1]) and len(outcome.text) < 2000 and len(outcome.cause) < 400
