"""Recognisers of someone's own are found by name, checked, and scored as ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crohme.cli import main
from crohme.evaluation.expressions import evaluate
from crohme.evaluation.recognizers import RecognizerError, load_recognizer
from crohme.expressions.recognizer import Recognizer
from inkml_parser import read
from tests.evaluation import toy_recognizers
from tests.evaluation.toy_recognizers import Confused, Constant, Network, Oracle, Silent

TOYS = "tests.evaluation.toy_recognizers"
SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample" / "test"


def test_latex_in_any_spelling_is_scored_against_the_truth() -> None:
    outcomes = evaluate(SAMPLE, Oracle())
    assert len(outcomes) == 44
    for outcome in outcomes:
        if "_" in outcome.truth.split():
            assert outcome.problem is not None and outcome.problem.startswith("its LaTeX cannot be read")
        else:
            assert (outcome.errors, outcome.read, outcome.confidence) == (0, outcome.truth, None)
    assert {outcome.problem is None for outcome in outcomes} == {True, False}


def test_a_failure_of_the_recogniser_is_one_file_read_wrong() -> None:
    outcomes = evaluate(SAMPLE, Constant())
    for outcome in outcomes:
        if outcome.strokes == 2:
            assert outcome.problem == "ZeroDivisionError: two strokes"
        else:
            assert outcome.read == "x" and outcome.errors == len(outcome.truth.split()) - ("x" in outcome.truth.split())


def test_a_network_of_the_protocol_reads_as_the_bundle_of_its_weights(
    expression_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Network, "bundle", str(expression_bundle))
    own, ours = load_recognizer(f"{TOYS}:Network"), Recognizer.load(expression_bundle)
    assert isinstance(own, Recognizer) and own.bundle is None
    for file in sorted(SAMPLE.glob("*.inkml"))[:4]:
        found, expected = own.recognize(read(file), symbols="crohme"), ours.recognize(file, symbols="crohme")
        assert [r.latex for r in found.readings] == [r.latex for r in expected.readings]


def test_objects_classes_and_functions_are_taken() -> None:
    assert load_recognizer(f"{TOYS}:constant") is toy_recognizers.constant
    assert isinstance(load_recognizer(f"{TOYS}:Oracle"), Oracle)
    assert isinstance(load_recognizer(f"{TOYS}:make_oracle"), Oracle)


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("toys", "not of the form module:name"),
        ("toys:", "not of the form module:name"),
        ("no_such_module:x", "there is no module no_such_module"),
        ("tests.no_such_module:x", "there is no module tests.no_such_module"),
        (f"{TOYS}:Missing", "has no Missing"),
        (f"{TOYS}:constant.missing", "has no constant.missing"),
        (f"{TOYS}:SAME_ALL_THE_WAY", "str has neither `recognize` nor `alphabet`, `classify`"),
        (
            f"{TOYS}:HalfANetwork",
            "HalfANetwork has neither `recognize` nor `classify`, `relate`, `start` and `read` of",
        ),
        (f"{TOYS}:Broken", "cannot be made: OSError: no weights here"),
        (f"{TOYS}:wants_more", "cannot be made: TypeError: .*path"),
    ],
)
def test_what_does_not_exist_or_fit_is_named(name: str, cause: str) -> None:
    with pytest.raises(RecognizerError, match=cause) as raised:
        load_recognizer(name)
    assert name.partition(":")[0] in str(raised.value)


def test_a_module_that_cannot_be_imported_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "needs_more.py").write_text("import no_such_library")
    (tmp_path / "fails_at_once.py").write_text("1 / 0")
    with pytest.raises(RecognizerError, match="needs_more needs no_such_library, which is not installed"):
        load_recognizer("needs_more:x")
    with pytest.raises(RecognizerError, match="fails_at_once cannot be imported: ZeroDivisionError"):
        load_recognizer("fails_at_once:x")


def test_an_answer_that_is_neither_latex_nor_a_recognition_is_an_error() -> None:
    with pytest.raises(RecognizerError, match="Silent.recognize answers with NoneType"):
        evaluate(SAMPLE, Silent())


def test_strokes_that_are_not_those_of_the_ink_are_no_answer() -> None:
    problems = {outcome.problem for outcome in evaluate(SAMPLE, Confused())}
    assert problems == {"the strokes of its answer are not those of the ink, each once at most"}


def test_the_command_scores_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures, report = tmp_path / "figures.json", tmp_path / "report"
    command = ["evaluate", "expressions", "--data", str(SAMPLE), "--recognizer", f"{TOYS}:Oracle"]
    assert main([*command, "--json", str(figures), "--report", str(report)]) == 1  # some files have no reading
    found = json.loads(figures.read_text())
    assert found["n"] == 44 and 0 < found["exprate"] < 100
    assert f"{TOYS}:Oracle" in (report / "report.html").read_text(encoding="utf-8")
    assert main([*command, "--beam", "3"]) == 1
    assert main([*command, "--bundle", "expressions"]) == 1
    errors = capsys.readouterr().err
    assert "--beam applies only to networks" in errors and "give one" in errors
