"""Tables of LaTeX: every form is read, and no row is guessed or lost."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crohme.evaluation.report import ReportError, read_report
from crohme.evaluation.scoring import Level, Scores, ScoringError, score
from crohme.evaluation.scoring.errors import Refused
from crohme.evaluation.scoring.sources import open_source
from crohme.evaluation.scoring.tables import Side, Table, name_of, read_table

WANTED = {"a": "x , y", "b": r"\frac { 1 } { 2 }"}


def table(path: Path, content: str | bytes, side: Side = Side.TRUTH) -> Table:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path, side)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", 'file,latex\na,"x , y"\nb,\\frac { 1 } { 2 }\n'),
        ("t.csv", '\ufefffile,latex\r\nd/a.inkml,"x , y"\r\n"b.png",\\frac { 1 } { 2 }\r\n'),
        ("t.csv", 'latex,note,file\n"x , y",first,a\n\n\\frac { 1 } { 2 },,C:\\ink\\b.inkml\n'),
        ("t.csv", 'a,"x , y"\nb,\\frac { 1 } { 2 }\n'),
        ("t.csv", "a;x , y\nb;\\frac { 1 } { 2 }\n"),
        ("t.csv", 'file, latex\na, "x , y"\nb, \\frac { 1 } { 2 }\n'),
        ("t.csv", 'image_filename,gt\na.png.txt,"x , y"\nb,\\frac { 1 } { 2 }\n'),
        ("t.csv", "sep=;\nName;Formula\na;x , y\nb;\\frac { 1 } { 2 }\n"),
        ("t.csv", 'File,LaTeX\na,"x\n, y"\nb,"\\frac { 1 }\r\n{ 2 }"\n'),
        ("t.txt", "a\tx , y\nb\t\\frac { 1 } { 2 }\n"),
        ("t.tsv", 'file\tlatex\na.inkml\t"x , y"\nb\t\\frac { 1 } { 2 }'),
        ("t.txt", "image\tlabel\nb.png\t\\frac { 1 } { 2 }\na.png\tx , y\n"),
        ("t.csv", 'a,"x , y"\nb,\\frac { 1 } { 2 }\n'.encode("utf-16")),
        ("t.json", json.dumps([{"file": "a.inkml", "latex": "x , y"}, {"file": "b", "latex": WANTED["b"]}])),
        ("t.json", json.dumps(WANTED)),
        ("t.json", json.dumps({name: {"distance": 1, "latex": latex} for name, latex in WANTED.items()})),
        ("t.jsonl", "".join(json.dumps({"file": name, "latex": latex}) + "\n" for name, latex in WANTED.items())),
        ("t.ndjson", "".join(json.dumps({"file": name, "latex": latex}) + "\r\n" for name, latex in WANTED.items())),
        ("t.txt", "a\tx , y\t\nb\t\\frac { 1 } { 2 }\t\t\n"),
        ("t.csv", 'file,latex,confidence\na,"x , y",nan\nb,\\frac { 1 } { 2 },None\n'),
    ],
)
def test_every_form_is_read(tmp_path: Path, name: str, content: str | bytes) -> None:
    items = table(tmp_path / name, content).items
    assert {name: " ".join(str(latex).split()) for name, latex in items.items()} == WANTED


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_names_and_latex_may_have_a_space_between_them(tmp_path: Path, end: str) -> None:
    lines = ["18_em_0 x , y", r"18_em_1.bmp \frac { 1 } { 2 }", "18_em_2   ( a ; b )"]
    items = table(tmp_path / "t.txt", end.join([*lines, "", ""])).items
    assert items == {"18_em_0": "x , y", "18_em_1": r"\frac { 1 } { 2 }", "18_em_2": "( a ; b )"}


@pytest.mark.parametrize(
    ("content", "items"),
    [
        ("IMG_01 copy.png,x\nIMG_02 copy.png,y\n", {"IMG_01 copy": "x", "IMG_02 copy": "y"}),
        ("18_em_0.png,x y\n18_em_1.png,z\n", {"18_em_0": "x y", "18_em_1": "z"}),
        ("18_em_0 x\ty\n18_em_1 x\tz\n", {"18_em_0 x": "y", "18_em_1 x": "z"}),
    ],
)
def test_a_space_in_a_name_separates_nothing(tmp_path: Path, content: str, items: dict[str, str]) -> None:
    assert table(tmp_path / "t.txt", content).items == items


@pytest.mark.parametrize("content", ["x + 1\n2 y\n", "18_em_0 x\n18_em_0 y\n", "18_em_0 x\n18_em_1\n"])
def test_lines_that_do_not_all_begin_with_a_name_of_their_own_are_no_table(tmp_path: Path, content: str) -> None:
    with pytest.raises(ScoringError, match="needs the columns file and latex"):
        table(tmp_path / "t.txt", content)


@pytest.mark.parametrize("confidence", ["NaN", "Infinity", "1" + "0" * 400])
def test_a_confidence_that_is_no_number_is_none(tmp_path: Path, confidence: str) -> None:
    found = table(tmp_path / "t.json", f'[{{"file": "a", "latex": "x", "confidence": {confidence}}}]')
    assert found.items == {"a": "x"} and not found.confidences


def test_a_quote_is_latex_where_it_opens_no_field(tmp_path: Path) -> None:
    assert table(tmp_path / "t.txt", 'a\t"x\nb\ty"\n').items == {"a": '"x', "b": 'y"'}
    assert table(tmp_path / "t.txt", 'a\t"x\nb\ty\n').items == {"a": '"x', "b": "y"}


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        ("file,latex\na,x , y\nb,2\n", {"a": "line 2: 3 fields instead of 2"}),
        ("a,x\nb,x , y\n", {"b": "line 2: 3 fields instead of 2"}),
        ("file,latex\na,x\nb\n", {"b": "line 3: 1 fields instead of 2"}),
        ("file,latex,confidence\na,x , y\nb,2,0.5\n", {"a": "line 2: the confidence 'y' is no number"}),
        ("file,latex\na,x\nb,\n", {"b": "line 3: no LaTeX"}),
        ("file,latex\na,x\n,y\n", {"line 3": "line 3: no file name"}),
        ('file,latex\na,"x" , y\nb,z\n', {"a": "line 2: not a CSV row"}),
        (
            "file,latex\na,x\nb,y\na.inkml,z\n",
            {"a": "line 4: a second row for 'a'", "a (line 4)": "line 4: a second row"},
        ),
        ("name\tcaption\na\tx\ty\nb\t1\n", {"a": "line 2: 3 fields"}),
        ("file,symbol,latex\na,,x\nb,0,y\n", {"b": "line 3: a reading of one symbol"}),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_told_are_refused_by_line_and_the_others_are_read(
    tmp_path: Path, content: str, refused: dict[str, str]
) -> None:
    items = table(tmp_path / "t.csv", content).items
    found = {name: item.cause for name, item in items.items() if isinstance(item, Refused)}
    assert found.keys() == refused.keys() and len(items) > len(found)
    for name, cause in refused.items():
        assert found[name].startswith(cause)


@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [
        ("t.csv", "path,string\na,x\n", "has 'path', 'string': name that of the truth with --truth-column"),
        ("t.csv", "name,reading,answer\na,x,y\n", "has 'name', 'reading', 'answer': name that of the truth"),
        ("t.csv", "name,gt,label\na,x,y\n", "'gt', 'label' may each be the truth: name one with --truth-column"),
        ("t.csv", "name,latex,formula\na,x,y\n", "'latex', 'formula' may each be the truth"),
        ("t.csv", "number,ground truth\n1,x\n", "no column names the file of a row"),
        ("t.csv", "imagename,formulas\na,x\n", "needs the columns file and latex"),
        ("t.csv", "latex\nx\n", "needs the columns file and latex"),
        ("t.csv", 'file,latex\na,x\nb,"y\nc,z\n', "a quote is opened on line 3"),
        ("t.csv", 'file,latex\na,"x\nb,"y"\n', "a quote is opened on line 2"),
        ("t.csv", b"a\0,\0x\0\n\0", "zero bytes"),
        ("t.csv", b"\xff\xfea", "begins like UTF-16 text"),
        ("t.csv", "\n\n", "no rows"),
        ("t.csv", "file,latex\n", "no rows"),
        ("t.json", "[", "not JSON: line 1, column 2"),
        ("t.json", "[" * 5000, "not JSON: nested too deep"),
        ("t.json", '[{"a":' * 5000, "not JSON: nested too deep"),
        ("t.json", "9" * 5000, "not JSON: a number of too many digits"),
        ("t.json", b'["\n\xe9"]', "line 2: not UTF-8"),
        ("t.json", '[{"file": "a", "x": "1"}]', "has 'file', 'x': name that of the truth with --truth-column"),
        ("t.json", "3", "neither a list nor an object"),
        ("t.jsonl", "\n", "no rows"),
    ],
)
def test_tables_that_cannot_be_read_at_all(tmp_path: Path, name: str, content: str | bytes, cause: str) -> None:
    with pytest.raises(ScoringError, match=cause):
        table(tmp_path / name, content)


def test_a_broken_line_of_json_is_counted(tmp_path: Path) -> None:
    items = table(tmp_path / "t.jsonl", '{"file": "a", "latex": "x"}\n{"file": "b", "la').items
    assert items["a"] == "x" and items["line 2"].cause.startswith("line 2: not JSON")
    twice = table(tmp_path / "t.json", '{"a": "x", "a": "y"}').items
    assert isinstance(twice["a"], Refused)


def test_a_table_with_both_sides_is_taken_by_the_side_it_stands_on(tmp_path: Path) -> None:
    content = "file,truth,read,problem\na,x,y,\nb,,,empty file\n"
    assert table(tmp_path / "t.csv", content, Side.TRUTH).items == {"a": "x", "b": Refused("empty file")}
    assert table(tmp_path / "t.csv", content, Side.OUTPUT).items == {"a": "y", "b": Refused("empty file")}


@given(st.dictionaries(st.text("abc123_", min_size=1), st.text(min_size=1).filter(str.strip), min_size=1))
def test_what_a_csv_writer_writes_is_read(tmp_path_factory: pytest.TempPathFactory, rows: dict[str, str]) -> None:
    path = tmp_path_factory.mktemp("tables") / "t.csv"
    with path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
        csv.writer(file).writerows([("file", "latex"), *rows.items()])
    try:
        found = read_table(path, Side.OUTPUT).items
    except ScoringError as error:
        assert "UTF-8" in str(error) or "no text" in str(error)
    else:
        spaceless = [{name: str(latex).lstrip(" ") for name, latex in each.items()} for each in (found, rows)]
        assert spaceless[0] == spaceless[1]


@pytest.mark.parametrize(
    "header",
    ["name,ground_truth,reading", "Name,Ground Truth,Reading", "id;label;prediction", "file\tgt\toutput",
     "image,target,hypothesis", "file_name,truth,latex", "sample,formula,recognized", "key,Latex,pred",
     "img,ground-truth,RESULT", "file,latex,read"],
)  # fmt: skip
def test_columns_are_known_by_many_names(tmp_path: Path, header: str) -> None:
    separator = next(c for c in "\t;," if c in header)
    content = f"{header}\n{separator.join(('a.png', 'x', 'y'))}\n"
    assert table(tmp_path / "t.csv", content, Side.TRUTH).items == {"a": "x"}
    assert table(tmp_path / "t.csv", content, Side.OUTPUT).items == {"a": "y"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "file,Theirs 1,Theirs 2\na,x,y\n"),
        ("t.tsv", "file\ttheirs_1\tprediction\ttheirs-2\na\tx\tz\ty\n"),
        ("t.json", '[{"file": "a", "Theirs 1": "x", "theirs 2": "y"}]'),
        ("t.jsonl", '{"name": "a", "theirs_1": "x", "theirs_2": "y", "latex": "z"}\n'),
    ],
)
def test_a_column_can_be_named(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    assert read_table(tmp_path / name, Side.TRUTH, "Theirs 1").items == {"a": "x"}
    assert read_table(tmp_path / name, Side.OUTPUT, "theirs_2").items == {"a": "y"}
    with pytest.raises(ScoringError, match="0 columns 'ours'; there are '(file|name)', 'theirs_1'"):
        read_table(tmp_path / name, Side.OUTPUT, "ours")


def test_the_column_of_the_name_is_not_the_latex(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("file,latex\na,x\n")
    with pytest.raises(ScoringError, match="'file' names the file"):
        read_table(tmp_path / "t.csv", Side.OUTPUT, "file")


@pytest.mark.parametrize(
    ("content", "items"),
    [
        (b"file,latex\na,x\nb,\xe9\nc,z\n", {"a": "x", "b": None, "c": "z"}),
        (b"file,latex\na,x\n\xe9,y\nc,z\n", {"a": "x", "line 3": None, "c": "z"}),
        (b"file;latex;note\na;x;d\xe9j\xe0 vu\nb;y;\n", {"a": "x", "b": "y"}),
        (b"a\tx\nb\t\xe9\n", {"a": "x", "b": None}),
        (b'file,latex\r\na,x\r\nb,"\xb2\r\n+"\r\n', {"a": "x", "b": None}),
    ],
)
def test_a_row_in_another_encoding_is_refused_by_its_line(
    tmp_path: Path, content: bytes, items: dict[str, str | None]
) -> None:
    found = table(tmp_path / "t.csv", content).items
    assert {name: None if isinstance(item, Refused) else item for name, item in found.items()} == items
    for item in found.values():
        assert not isinstance(item, Refused) or item.cause.startswith("line 3: not UTF-8 (byte 0x") or b"\t" in content


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_with_its_mark_is_read(tmp_path: Path, encoding: str) -> None:
    assert table(tmp_path / "t.csv", "file,latex\né,α\n".encode(encoding)).items == {"é": "α"}


def test_rows_that_repeat_another_one_are_told(tmp_path: Path) -> None:
    found = table(tmp_path / "t.csv", "file,latex\na,x\na,x\nb,y\n")
    assert found.items == {"a": "x", "b": "y"} and found.repeated == ["a (line 3)"]
    apart = table(tmp_path / "t.csv", "file,latex\nd/a.png,x\ne/a.png,x\nb,y\n")
    assert apart.items.keys() == {"a", "a (line 3)", "b"} and isinstance(apart.items["a"], Refused)


def folder(path: Path, *names: str) -> Path:
    path.mkdir()
    for name in names:
        (path / name).write_text("O, a, x, 1.0, O\n" if name.endswith(".lg") else "x")
    return path


def test_a_folder_of_tex_and_txt_loses_none(tmp_path: Path) -> None:
    truth = folder(tmp_path / "truth", "a.tex", "b.txt", "c.TXT")
    output = folder(tmp_path / "output", "a.txt", "c.tex")
    scores = score(truth, output)
    assert scores.overall()["pairs"] == 3 and scores.overall()["exact"] == 2
    assert scores.files["b"].problem == "output: missing"
    folder(tmp_path / "twice", "a.tex", "a.txt")
    with pytest.raises(ScoringError, match="two files have one name"):
        score(tmp_path / "twice", output)


def test_the_text_that_lies_beside_its_latex_is_left_out(tmp_path: Path) -> None:
    truth = folder(tmp_path / "truth", "a.tex", "b.tex")
    output = folder(tmp_path / "output", "a.tex", "b.tex")
    for name, latex, text in (("a", r"\frac { x } { 2 }", "x/2"), ("b", "x", "x")):
        (output / f"{name}.tex").write_text(latex)
        (output / f"{name}.txt").write_text(text, encoding="utf-8")
    assert score(truth, output).overall()["exact"] == 1
    (output / "a.txt").write_text("x/3")
    with pytest.raises(ScoringError, match="two files have one name"):
        score(truth, output)


def test_a_folder_of_several_kinds_is_refused_where_it_would_lose_some(tmp_path: Path) -> None:
    alike = folder(tmp_path / "alike", "a.lg", "a.tex", "README.txt", "license.txt")
    assert score(alike, alike).overall()["pairs"] == 1
    mixed = folder(tmp_path / "mixed", "a.lg", "b.tex", "c.txt")
    for truth, output in ((mixed, alike), (alike, mixed)):
        with pytest.raises(ScoringError, match=r"1 files of label graphs, and 2 of LaTeX under other names \(.*b\.tex"):
            score(truth, output)
    with pytest.raises(ScoringError, match="label graphs, and 1 of InkML"):
        score(folder(tmp_path / "inks", "a.lg", "b.inkml"), alike)


def test_names() -> None:
    names = {"a.inkml": "a", "d/a.PNG": "a", r"C:\d\a.jpg": "a", "a.b": "a.b", " a ": "a", "18_em_0": "18_em_0"}
    names |= {"a.inkml.txt": "a", "d/b.png.tex": "b", "d/e\u0301.png": "\u00e9", "\u00e9": "\u00e9"}
    assert {file: name_of(file) for file in names} == names


SAME = [
    r"\overline x", r"\begin{matrix} a & b \\ c & d \end{matrix}", r"50 \%", r"\nabla x", "{ x", "x ^", r"\,", "^ 2",
    r"{}^{14}C", r"\unknown{a}{b}", "x^2^3", r"\textcircled { 4 }", "é", r"\begin{foo} 1 \end{foo}", "\\",
]  # fmt: skip


@pytest.mark.parametrize("level", [Level.SYMBOL, Level.TOKENS])
def test_identical_is_always_right(tmp_path: Path, level: Level) -> None:
    truth, output = tmp_path / "t.txt", tmp_path / "o.csv"
    truth.write_text("".join(f"{i}\t{latex}\n" for i, latex in enumerate(SAME)), encoding="utf-8")
    with output.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("file", "latex"), *((f"{i}.inkml", latex) for i, latex in enumerate(SAME))])
    overall = score(truth, output, level).overall()
    assert (overall["exact"], overall["pairs"]) == (len(SAME), len(SAME))


def pair(tmp_path: Path, truth: str, output: str, level: Level = Level.TOKENS, equate: bool = False) -> Scores:
    for name, latex in (("t.txt", truth), ("o.txt", output)):
        (tmp_path / name).write_text(f"a\t{latex}\n", encoding="utf-8")
    return score(tmp_path / "t.txt", tmp_path / "o.txt", level, equate)


@pytest.mark.parametrize(
    ("truth", "output", "errors", "rate"),
    [
        (r"2 \pi", r"2 \Pi", 1, 50.0),
        (r"\overline{x} + 1", r"\overline{y} + 1", 1, 16.666667),
        (r"\overline x", "x", 3, 75.0),
        (r"x^2^3", r"x^2^4", 1, 11.111111),
        ("x + 1", "x + {", 3, 100.0),
    ],
)
def test_what_differs_is_counted_in_tokens(tmp_path: Path, truth: str, output: str, errors: int, rate: float) -> None:
    scores = pair(tmp_path, truth, output)
    assert scores.files["a"].errors == errors and scores.overall()["token_error_rate"] == rate
    at_symbols = pair(tmp_path, truth, output, Level.SYMBOL)
    assert at_symbols.overall()["exact"] == 0 and at_symbols.files["a"].errors


@pytest.mark.parametrize("level", [Level.SYMBOL, Level.TOKENS])
@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        (r"\begin{matrix} a & \\ c & d \end{matrix}", r"\begin{matrix} a \\ c & d \end{matrix}", True),
        (r"\begin{cases} x, & y \\ z & \end{cases}", r"\left\{ \begin{matrix} x, & y \\ z \end{matrix} \right.", True),
        (r"x^{\begin{array}{c} a + 1 \end{array}} y", "x^{a + 1} y", True),
        (r"\begin{pmatrix} a \end{pmatrix}", "( a )", True),
        (r"\begin{matrix} a & & b \end{matrix}", r"\begin{matrix} a & b \end{matrix}", False),
        (r"\begin{matrix} & a \\ b \end{matrix}", r"\begin{matrix} a \\ b \end{matrix}", False),
        (r"\begin{matrix} a \\ \\ b \end{matrix}", r"\begin{matrix} a \\ b \end{matrix}", False),
    ],
)
def test_cells_that_draw_nothing_do_not_matter(
    tmp_path: Path, one: str, other: str, are_same: bool, level: Level
) -> None:
    for truth, output in ((one, other), (other, one)):
        assert pair(tmp_path, truth, output, level).overall()["exact"] == are_same


def test_pairs_without_a_tree_are_told_from_graphs(tmp_path: Path) -> None:
    scores = pair(tmp_path, r"x^2^3", r"y^2^3", Level.SYMBOL)
    assert scores.compared_by_tokens == 1 and scores.as_dict()["files"]["a"]["compared"] == "tokens"
    assert "compared_by_tokens" not in pair(tmp_path, "x", "y", Level.SYMBOL).overall()


@pytest.mark.parametrize("level", [Level.SYMBOL, Level.TOKENS])
def test_look_alikes_are_equal_only_on_demand_and_the_table_says_so(tmp_path: Path, level: Level) -> None:
    for truth, output in ((r"a \cdot b", "a . b"), (r"a \cdots", r"a \ldots"), (r"\varphi x", r"\phi x")):
        apart, equal = (pair(tmp_path, truth, output, level, equate) for equate in (False, True))
        assert (apart.overall()["exact"], equal.overall()["exact"]) == (0, 1)
        assert r"\cdot = ." in equal.metric and r"\cdot" not in apart.metric


def test_folders_of_latex(tmp_path: Path) -> None:
    for side in ("truth", "output"):
        (tmp_path / side / "deep").mkdir(parents=True)
    (tmp_path / "truth" / "a.tex").write_text("% made by hand\n\\[ \\frac12 \\] % half\n50\\%\n")
    (tmp_path / "truth" / "deep" / "b.tex").write_text("")
    (tmp_path / "output" / "a.txt").write_text("\\frac { 1 } { 2 } 50 \\%\r\n")
    (tmp_path / "output" / "b.txt").write_bytes(b"\xff")
    document = "\\documentclass{article}\n\\begin{document}\n$ c $\n\\end{document}\nnotes\n"
    (tmp_path / "truth" / "c.tex").write_text(document)
    (tmp_path / "output" / "c.inkml.txt").write_text("c")
    scores = score(tmp_path / "truth", tmp_path / "output")
    assert scores.files["c"].errors == 0 and scores.files["c"].problem is None
    assert scores.files["a"].errors == 0 and scores.files["b"].problem == "truth: no symbol"
    back = score(tmp_path / "output", tmp_path / "truth")
    assert back.files["b"].problem.startswith("truth: line 1: not UTF-8 (byte 0xFF") and back.overall()["pairs"] == 3


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    for name in ("found.csv", "found.jsonl", "metrics.json"):
        os.mkfifo(tmp_path / name)
    for name in ("found.csv", "found.jsonl"):
        with pytest.raises(ScoringError, match="Not a regular file"):
            read_table(tmp_path / name, Side.OUTPUT)
    with pytest.raises(ReportError, match=r"metrics\.json: Not a regular file"):
        read_report(tmp_path)


WRONG = [
    ({"file": "b", "latex": 5}, "b", "no LaTeX: it is the number 5"),
    ({"file": "b", "latex": 0.5}, "b", "no LaTeX: it is the number 0.5"),
    ({"file": "b", "latex": None}, "b", "no LaTeX: it is null"),
    ({"file": "b", "latex": False}, "b", "no LaTeX: it is false"),
    ({"file": "b", "latex": ["x"]}, "b", "no LaTeX: it is a list"),
    ({"file": "b", "latex": {"a": "x"}}, "b", "no LaTeX: it is an object"),
    ({"file": "b", "latex": " "}, "b", "no LaTeX: it is empty"),
    ({"file": "b"}, "b", "no LaTeX: no 'latex'"),
    ({"latex": "x"}, "PLACE", "no file name"),
    ({"file": None, "latex": "x"}, "PLACE", "no file name"),
    ({"file": ["b"], "latex": "x"}, "PLACE", "'file' is a list, and no file name"),
    ({"file": {}, "latex": "x"}, "PLACE", "'file' is an empty object, and no file name"),
    (7, "PLACE", "the number 7, where an object with a file and its LaTeX should be"),
    (None, "PLACE", "null, where an object"),
    ("b", "PLACE", "a text, where an object"),
    ([["b", "x"]], "PLACE", "a list, where an object"),
    ({}, "PLACE", "an empty object, where an object"),
]


@pytest.mark.parametrize(("entry", "name", "cause"), WRONG, ids=[json.dumps(entry) for entry, _, _ in WRONG])
def test_an_entry_of_json_that_is_wrong_is_named_with_its_place_and_what_it_is(
    tmp_path: Path, entry: object, name: str, cause: str
) -> None:
    rows = [json.dumps({"file": "a", "latex": "x"}), json.dumps(entry)]
    for file, content, place in (
        ("t.json", f"[{','.join(rows)}]", "entry 2"),
        ("t.jsonl", "\n".join(rows), "line 2"),
    ):
        (tmp_path / file).write_text(content)
        items = open_source(tmp_path / file).items
        refused = items[place if name == "PLACE" else name]
        assert items["a"] == "x" and isinstance(refused, Refused)
        assert refused.cause.startswith(f"{place}: {cause}") and refused.cause.endswith(f" ({file})")


def test_a_value_of_an_object_of_names_that_is_no_latex_is_named(tmp_path: Path) -> None:
    items = table(tmp_path / "t.json", '{"a": "x", "b": 5, "c": {"latex": "x"}}').items
    assert items == {
        "a": "x",
        "b": Refused("entry 2: no LaTeX: it is the number 5"),
        "c": Refused("entry 3: no LaTeX: it is an object"),
    }
