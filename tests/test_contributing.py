"""CONTRIBUTING.md, followed to the letter in a copy of the code."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crohme import load
from crohme.datasets.location import sample_folder

REPOSITORY = Path(__file__).resolve().parents[1]
TEXT = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")


def blocks(section: str) -> list[str]:
    """The fenced blocks of a section."""
    own = TEXT.split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^```\w*\n(.*?)^```$", own, re.MULTILINE | re.DOTALL)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The code, which may be changed."""
    for package in ("crohme", "inkml_parser"):
        shutil.copytree(REPOSITORY / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def run(copy: Path, program: str) -> dict[str, object]:
    """What a program says on its last line, as JSON, run with the code of the copy."""
    done = subprocess.run([sys.executable, "-c", program], cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def insert_after(path: Path, line: str, text: str) -> None:
    code = path.read_text(encoding="utf-8")
    assert code.count(line) == 1, f"{path.name} has no single line {line!r}"
    path.write_text(code.replace(line, line + text), encoding="utf-8")


def add_row(copy: Path, row: str) -> None:
    """Add a row to the alphabet, which must not have it."""
    table = copy / "crohme" / "notation" / "alphabet.csv"
    content = table.read_text(encoding="utf-8")
    assert row.split(",")[0] not in content
    table.write_text(content.rstrip("\n") + "\n" + row, encoding="utf-8")


SYMBOL = r"""
import json
import numpy as np
from crohme.datasets.label_folders import LabelTable, label_to_folder
from crohme.expressions.targets import encode
from crohme.expressions.vocabulary import Vocabulary
from crohme.ink.expression import Expression
from crohme.notation import Alphabet, Node, Relation, SymbolTree, from_latex, from_mathml, to_latex, to_mathml
from crohme.notation import to_truth_mathml
from crohme.notation.grammar import Cursor

label, whole = r"\daleth", Alphabet.whole()
tree = from_latex(r"\daleth^2", whole)
row = (Node(label, (0,), {Relation.SUP: (Node("2", (1,)),)}),)
expression = Expression(np.zeros((2, 8, 2), np.float32), row)
vocabulary = Vocabulary(Alphabet([*Alphabet.crohme(), label]))
targets = encode(expression, vocabulary)
mathml, symbols = to_truth_mathml(SymbolTree(row))
print(json.dumps({
    "known": label in whole and label not in Alphabet.crohme(),
    "latex": to_latex(tree),
    "mathml": "<mi>\u2138</mi>" in to_mathml(tree),
    "truth": from_mathml(mathml, symbols) == SymbolTree(row),
    "grammar": Cursor().advance(label).allows("^"),
    "targets": [vocabulary.tokens[i] for i in targets.tokens],
    "classes": [vocabulary.alphabet.labels[i] for i in targets.symbols],
    "folders": [LabelTable().label("daleth"), LabelTable().label(label_to_folder(label))],
}))
"""


def test_a_row_in_the_alphabet_is_a_symbol_that_everything_takes(copy: Path) -> None:
    (row,) = blocks("A new symbol")
    add_row(copy, row)
    assert run(copy, SYMBOL) == {
        "known": True,
        "latex": ["\\daleth", "^", "{", "2", "}"],
        "mathml": True,
        "truth": True,
        "grammar": True,
        "targets": ["\\daleth", "^", "{", "2", "}", "<end>"],
        "classes": ["\\daleth", "2"],
        "folders": ["\\daleth", "\\daleth"],
    }


CONSTRUCT = r"""
import json
import numpy as np
from crohme.expressions.targets import encode
from crohme.expressions.vocabulary import Vocabulary
from crohme.ink.expression import Expression
from crohme.notation import Alphabet, SymbolTree, from_latex, from_mathml, read_latex, stroke_graph, to_latex
from crohme.notation import Node, Relation, to_mathml, to_tree, to_truth_mathml
from crohme.notation.grammar import Cursor
from crohme.notation.linear import linearize

label, latex = r"\bcancel", r"\bcancel { x + 1 } ^ { 2 }"
alphabet = Alphabet([*Alphabet.crohme(), label])
x, plus, one, two = Node("x", (1,)), Node("+", (2,)), Node("1", (3,)), Node("2", (4,))
tree = SymbolTree((Node(label, (0,), {Relation.INSIDE: (x, plus, one), Relation.SUP: (two,)}),))
cursor = Cursor()
for token, _ in linearize(tree):
    cursor = cursor.advance(token)
vocabulary = Vocabulary(alphabet)
targets = encode(Expression(np.zeros((5, 8, 2), np.float32), tree.row), vocabulary)
mathml, symbols = to_truth_mathml(tree)
print(json.dumps({
    "latex": [" ".join(to_latex(tree)), " ".join(to_latex(from_latex(latex, alphabet))), read_latex(latex).latex],
    "mathml": to_mathml(tree).count('<menclose notation="downdiagonalstrike">'),
    "truth": from_mathml(mathml, symbols) == tree,
    "graph": to_tree(stroke_graph(tree, "abcde"), "abcde") == tree,
    "ends": cursor.allows("<end>"),
    "targets": [vocabulary.tokens[i] for i in targets.tokens],
}))
"""


def test_a_frame_in_two_files_is_read_and_written_everywhere(copy: Path) -> None:
    row, names = blocks("A new relation or construct")
    add_row(copy, row)
    mathml = copy / "crohme" / "notation" / "mathml.py"
    code = re.sub(r"^ENCLOSURES = .*\n", lambda _: names, mathml.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert names in code
    mathml.write_text(code, encoding="utf-8")
    latex = r"\bcancel { x + 1 } ^ { 2 }"
    assert run(copy, CONSTRUCT) == {
        "latex": [latex] * 3,
        "mathml": 1,
        "truth": True,
        "graph": True,
        "ends": True,
        "targets": [*latex.split(), "<end>"],
    }


RELATION = r"""
import json
import numpy as np
from crohme import load
from crohme.expressions.recognizer import Recognizer
from crohme.expressions.targets import encode
from crohme.expressions.vocabulary import PLACES, RELATION_INDEX, Vocabulary
from crohme.ink.expression import Expression
from crohme.notation import Alphabet, SymbolTree, from_latex, from_mathml, stroke_graph, to_latex
from crohme.notation import Node, Relation, to_tree, to_truth_mathml
from crohme.notation.grammar import Place

label, latex = r"\longdiv", r"\longdiv { 4 } { 1 2 } = 3"
inside = (Node("1", (2,)), Node("2", (3,)))
long_division = Node(label, (0,), {Relation.LEFT: (Node("4", (1,)),), Relation.INSIDE: inside})
tree = SymbolTree((long_division, Node("=", (4,)), Node("3", (5,))))
vocabulary = Vocabulary(Alphabet([*Alphabet.crohme(), label]))
targets = encode(Expression(np.zeros((6, 8, 2), np.float32), tree.row), vocabulary)
mathml, symbols = to_truth_mathml(tree)
sizes = {"own": vocabulary, "crohme": Vocabulary.crohme(), "all": Vocabulary(Alphabet.whole())}
sizes |= {name: Recognizer.load(name).vocabulary for name in ("expressions", "math")}
print(json.dumps({
    "latex": [" ".join(to_latex(tree)), " ".join(to_latex(from_latex(latex, vocabulary.alphabet)))],
    "truth": from_mathml(mathml, symbols) == tree,
    "graph": to_tree(stroke_graph(tree, "abcdef"), "abcdef") == tree,
    "targets": [vocabulary.tokens[i] for i in targets.tokens],
    "numbers": [RELATION_INDEX[place] for place in (Relation.INSIDE, Place.CELL, Place.LINE, Relation.LEFT)],
    "relations": {name: found.dimensions()["relations"] for name, found in sizes.items()},
    "read": [load(name).recognize(FILE).latex for name in ("expressions", "math")],
}))
"""


def replace(path: Path, old: str, new: str) -> None:
    code = path.read_text(encoding="utf-8")
    assert code.count(old) == 1, f"{path.name} has no single {old!r}"
    path.write_text(code.replace(old, new), encoding="utf-8")


def test_a_relation_of_its_own_in_four_files_leaves_trained_bundles_what_they_were(copy: Path) -> None:
    """Long division, with the divisor to the left of its sign."""
    notation = copy / "crohme" / "notation"
    add_row(copy, "\\longdiv,⟌,long division,large,,,,,,longdiv\n")
    insert_after(notation / "alphabet.py", '    INSIDE = "Inside"\n', '    LEFT = "Left"\n')
    insert_after(notation / "alphabet.py", '    STACK = "stack"\n', '    LONG_DIVISION = "long division"\n')
    rows = "    Kind.LONG_DIVISION: (Relation.LEFT, Relation.INSIDE),\n"
    insert_after(notation / "alphabet.py", "    Kind.STACK: (Relation.ABOVE, Relation.BELOW),\n", rows)
    replace(
        notation / "mathml.py",
        '        if label is None:\n            raise MathmlError(f"<menclose>',
        "        if notation == 'longdiv':\n"
        "            expect(name, children, 2)\n"
        "            return '\\\\longdiv', {Relation.LEFT: children[:1], Relation.INSIDE: children[1:]}\n"
        '        if label is None:\n            raise MathmlError(f"<menclose>',
    )
    replace(
        notation / "mathml_constructs.py",
        "    if node.label in ENCLOSURES and parts:\n",
        "    if node.label == '\\\\longdiv' and parts:\n"
        "        return element('menclose', parts, notation='longdiv'), rows\n"
        "    if node.label in ENCLOSURES and parts:\n",
    )
    (copy / "models").symlink_to(REPOSITORY / "models")
    file = sample_folder() / "test" / "sample7_00.inkml"
    read = [load(name).recognize(file).latex for name in ("expressions", "math")]
    assert run(copy, RELATION.replace("FILE", repr(str(file)))) == {
        "latex": ["\\longdiv { 4 } { 1 2 } = 3"] * 2,
        "truth": True,
        "graph": True,
        "targets": ["\\longdiv", "{", "4", "}", "{", "1", "2", "}", "=", "3", "<end>"],
        "numbers": [6, 7, 8, 9],
        "relations": {"own": 9, "crohme": 6, "all": 9, "expressions": 6, "math": 8},
        "read": read,
    }


AUGMENTATION = r"""
import json
import numpy as np
from crohme.augment.pool import Pool
from crohme.expressions.recipe import Pools, Recipe, sample
from crohme.ink.expression import Expression
from crohme.notation import Node
from crohme.training.experiment import take, with_values

level = np.stack([np.linspace(-8, 8, 32), np.linspace(0, 0.01, 32)], axis=1)[None]
expression = Expression(level.astype(np.float32), (Node("-", (0,)),))
pool = Pool([expression])
others = ["recipe.%s=0.0" % name for name in
          "traced one_hand composed part swapped primed redrawn lifted recorded weakest strongest".split()]


def slopes(*settings):
    recipe = take(with_values({}, [*others, *settings]), {"recipe": Recipe()}, "--set")["recipe"]
    rng = np.random.default_rng(0)
    drawn = [sample(Pools(pool, pool), recipe, rng).points[0] for _ in range(20)]
    return [float(abs((p[-1] - p[0])[1] / (p[-1] - p[0])[0])) for p in drawn]


print(json.dumps({"level": max(slopes()), "tilted": float(np.mean(slopes("recipe.tilted=1.0")))}))
"""


def test_an_augmentation_in_a_file_of_its_own_is_used_by_a_recipe(copy: Path) -> None:
    file, field, step = blocks("A new augmentation")
    (copy / "crohme" / "augment" / "tilt.py").write_text(file, encoding="utf-8")
    recipe = copy / "crohme" / "expressions" / "recipe.py"
    insert_after(recipe, "from crohme.augment.swap import swap\n", "from crohme.augment.tilt import tilt\n")
    insert_after(recipe, "    recorded: float = 0.8\n", field)
    insert_after(recipe, "        expression = record(expression, rng)\n", step)
    found = run(copy, AUGMENTATION)
    assert found["level"] < 0.01 < 0.03 < found["tilted"] < 0.2  # type: ignore[operator]
