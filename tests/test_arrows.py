"""Who may import whom, and what must not be loaded: the floors of the house."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
DEEP_LEARNING = {"tensorflow", "keras", "jax", "torch"}

# From the ground up. A module imports from lower floors, and from its own part without going in circles.
FLOORS = (
    ("inkml_parser",),
    ("crohme.errors", "crohme.types", "crohme.json_text"),
    ("crohme.notation", "crohme.child_processes", "crohme.extras", "crohme.graphs"),
    ("crohme.ink", "crohme.bundle", "crohme.solver", "crohme.deep_learning"),
    ("crohme.augment", "crohme.datasets", "crohme.training", "crohme.recognition"),
    ("crohme.expressions", "crohme.symbols"),
    ("crohme.parallel",),
    ("crohme.batch",),
    ("crohme.evaluation", "crohme.web", "crohme.browser"),
    ("crohme.export",),
    ("crohme.cli",),
)
FLOOR_OF = {part: floor for floor, parts in enumerate(FLOORS) for part in parts}


def modules() -> dict[str, Path]:
    """Dotted name of every module of both packages, and its file."""
    files = [f for package in ("crohme", "inkml_parser") for f in sorted((REPOSITORY / package).rglob("*.py"))]
    names = (".".join(f.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__") for f in files)
    return dict(zip(names, files, strict=True))


MODULES = modules()


def imports(module: str) -> Iterator[str]:
    """Dotted names that a module imports anywhere in it: inside functions and for type checkers too."""
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name if name in MODULES else str(node.module)


def part_of(module: str) -> str | None:
    """The part of the house that a module belongs to; None for `crohme` itself and what is not ours."""
    names = module.split(".")
    if names[0] == "inkml_parser":
        return "inkml_parser"
    return ".".join(names[:2]) if names[0] == "crohme" and len(names) > 1 else None


@pytest.mark.parametrize("module", [name for name in MODULES if part_of(name) not in (None, "crohme.__main__")])
def test_module_imports_from_lower_floors_only(module: str) -> None:
    part = part_of(module)
    assert part in FLOOR_OF, f"{part} has no floor yet: give it one in FLOORS"
    for imported in imports(module):
        target = part_of(imported)
        if target is None or target == part:
            continue
        assert target in FLOOR_OF, f"{module} imports {imported}, which does not exist"
        assert FLOOR_OF[target] < FLOOR_OF[part], f"{module} imports {imported}"


def test_imports_go_in_no_circle() -> None:
    graph = {module: {i for i in imports(module) if i in MODULES and i != module} for module in MODULES}
    # A package's __init__ gathers names from its modules; those that import the package back would be a circle.
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == len(MODULES)


def test_array_types_are_named_in_types_only() -> None:
    naming = set()
    for module, file in MODULES.items():
        assigned = [
            node.value for node in ast.parse(file.read_text(encoding="utf-8")).body if isinstance(node, ast.Assign)
        ]
        if any(isinstance(value, ast.Subscript) and ast.unparse(value.value).endswith("NDArray") for value in assigned):
            naming.add(module)
    assert naming == {"crohme.types", "inkml_parser.types"}


@pytest.mark.parametrize("part", ["crohme.cli", "crohme.web"])
def test_nothing_imports_the_top(part: str) -> None:
    allowed = {"crohme.__main__"}
    importers = {m for m in MODULES if part_of(m) != part and any(part_of(i) == part for i in imports(m))}
    if part == "crohme.web":
        allowed |= {m for m in MODULES if part_of(m) == "crohme.cli"}
    assert importers <= allowed


@pytest.mark.parametrize("part", ["crohme.expressions", "crohme.symbols", "crohme.training"])
def test_networks_and_training_name_no_backend(part: str) -> None:
    backends = DEEP_LEARNING - {"keras"}
    named = {(m, i) for m in MODULES if part_of(m) == part for i in imports(m) if i.split(".")[0] in backends}
    assert not named


def test_inkml_parser_needs_lxml_and_numpy_only() -> None:
    roots = {i.split(".")[0] for m in MODULES if part_of(m) == "inkml_parser" for i in imports(m)}
    assert roots - set(sys.stdlib_module_names) <= {"inkml_parser", "lxml", "numpy"}
    assert "lxml" in roots


def _main(arguments: Sequence[str]) -> str:
    """A statement that calls the command line."""
    return f"try:\n from crohme.cli import main\n main({arguments})\nexcept SystemExit as e:\n assert not e.code"


IMPORTS = (
    "import inkml_parser",
    "import crohme.notation",
    "import crohme.bundle",
    "import crohme.cli",
    "import crohme.ink.export",
    "import crohme.web.app",
    "import crohme.evaluation.scoring",
    "import crohme.evaluation.report",
    "from crohme.symbols.recognizer import SymbolRecognizer as R\nR.load().recognize([[[0, 0], [9, 9]]])",
    "from crohme import bundle\nfrom crohme.web.networks import Ink, SymbolNetworks\n"
    "SymbolNetworks([bundle.load('symbol-cnn')]).guess([Ink.from_arrays([[[0, 0], [9, 9]]])])",
)
COMMANDS = ([], *([name] for name in (
    "train", "evaluate", "predict", "convert", "tune", "info", "compare", "serve", "score", "batch", "solve", "site",
    "export",
)))  # fmt: skip


@pytest.mark.parametrize("statements", [IMPORTS, [_main([*c, "--help"]) for c in COMMANDS] + [_main(["info"])]])
def test_loads_no_deep_learning_library(statements: Sequence[str]) -> None:
    for statement, loaded in zip(statements, _loaded_after(*statements), strict=True):
        assert "sys" in loaded and not DEEP_LEARNING & loaded, statement


def test_errors_processes_and_the_command_line_load_neither_numpy_nor_lxml() -> None:
    for loaded in _loaded_after("import crohme.errors", "import crohme.child_processes", "import crohme.cli"):
        assert "crohme" in loaded and not {"numpy", "lxml"} & loaded


def test_inkml_parser_loads_nothing_of_the_recogniser() -> None:
    (loaded,) = _loaded_after("from inkml_parser import *")
    assert {"inkml_parser", "numpy", "lxml"} <= loaded
    assert not {"crohme", "cv2", "tqdm", "sklearn"} & loaded


def _loaded_after(*statements: str) -> list[set[str]]:
    """Top-level modules that a fresh interpreter holds after each of some statements."""
    shown = "\nprint('LOADED', *{n.split('.')[0] for n in sys.modules})\n"
    program = "import sys\n" + "".join(statement + shown for statement in statements)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return [set(line.split()[1:]) for line in done.stdout.splitlines() if line.startswith("LOADED ")]
