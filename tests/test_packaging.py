"""What is installed is what the repository says."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from crohme.extras import BASE, EXTRA_OF

REPOSITORY = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Distribution → import name, where they differ.
IMPORT_NAMES = {
    "keras-tuner": "keras_tuner", "scikit-learn": "sklearn", "opencv-python-headless": "cv2", "pillow": "PIL",
    "ray[data]": "ray",
}  # fmt: skip


EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
NOT_FOR_ALL = ("ray", "spark", "machines", "fast")
# What a framework brings and its interface is made of: FastAPI is Starlette's and pydantic's.
BROUGHT_ALONG = {"starlette": "fastapi", "pydantic": "fastapi", "py4j": "pyspark"}


def name_of(requirement: str) -> str:
    return requirement.split(">=")[0].strip()


def brought_by(extra: str) -> set[str]:
    """The requirements of an extra, those of the extras that it names among them."""
    found: set[str] = set()
    for requirement in EXTRAS[extra]:
        if requirement.startswith("crohme["):
            found.update(*(brought_by(other) for other in requirement[len("crohme[") : -1].split(",")))
        else:
            found.add(requirement)
    return found


def imports_of(requirements: set[str]) -> set[str]:
    names = {IMPORT_NAMES.get(name_of(requirement), name_of(requirement)) for requirement in requirements}
    return names | {name for name, framework in BROUGHT_ALONG.items() if framework in names}


def test_recognising_ink_needs_three_libraries() -> None:
    assert imports_of(set(PROJECT["dependencies"])) == set(BASE)


def test_requirements_txt_is_the_base_and_what_training_needs() -> None:
    lines = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8").splitlines()
    listed = [line for line in lines if line and not line.startswith("#")]
    assert len(listed) == len(set(listed))
    assert set(listed) == {*PROJECT["dependencies"], *brought_by("train")}
    assert {"tensorflow", "numpy", "lxml", "scikit-learn", "pandas", "tqdm"} <= {name_of(line) for line in listed}


def test_the_extras_bring_what_an_error_says_they_do() -> None:
    assert set(EXTRAS) == {*EXTRA_OF.values(), "all", "dev"}
    for library, extra in EXTRA_OF.items():
        assert library in imports_of(brought_by(extra)), library
        smaller = [other for other in EXTRAS if brought_by(other) < brought_by(extra)]
        assert not any(library in imports_of(brought_by(other)) for other in smaller), library


def test_all_brings_every_extra_but_those_for_few_and_dev_what_is_tested_besides() -> None:
    every = set().union(*(brought_by(extra) for extra in EXTRAS if extra not in ("all", "dev", *NOT_FOR_ALL)))
    assert brought_by("all") == every < every | brought_by("machines") < brought_by("dev")


def test_every_import_is_a_declared_dependency() -> None:
    declared = imports_of({*PROJECT["dependencies"], *(one for extra in EXTRAS for one in brought_by(extra))})
    declared |= {"crohme", "inkml_parser", *sys.stdlib_module_names}
    for file in [*REPOSITORY.glob("crohme/**/*.py"), *REPOSITORY.glob("inkml_parser/**/*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [str(node.module)]
            for root in {name.split(".")[0] for name in names}:
                assert root in declared, f"{file.relative_to(REPOSITORY)} imports {root}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (file,) = folder.glob("*.whl")
    return zipfile.ZipFile(file)


def test_wheel_holds_exactly_the_packages_the_bundles_and_the_recogniser_in_javascript(wheel: zipfile.ZipFile) -> None:
    packages = {
        f.relative_to(REPOSITORY).as_posix()
        for package in ("crohme", "inkml_parser")
        for f in (REPOSITORY / package).rglob("*")
        if f.is_file() and "__pycache__" not in f.parts
    }
    models = REPOSITORY / "models"
    bundles = {f"crohme/_bundles/{f.relative_to(models).as_posix()}" for f in models.rglob("*") if f.is_file()}
    javascript = REPOSITORY / "js"
    engine = {f"crohme/_engine/{f.relative_to(javascript).as_posix()}" for f in javascript.rglob("*") if f.is_file()}
    content = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert content == packages | bundles | engine
    assert {"crohme/_engine/crohme.js", "crohme/browser/static/worker.js", "crohme/web/static/main.js"} <= content
    assert "crohme/_bundles/README.md" in content
    assert "crohme/cli/__init__.py" in content
    assert "crohme.py" not in content


def test_wheel_installs_the_command(wheel: zipfile.ZipFile) -> None:
    (entry_points,) = (n for n in wheel.namelist() if n.endswith("entry_points.txt"))
    assert "crohme = crohme.cli:main" in wheel.read(entry_points).decode()


def test_the_licence_of_the_weights_stands_beside_that_of_the_code(wheel: zipfile.ZipFile) -> None:
    (metadata,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    headers = Parser().parsestr(wheel.read(metadata).decode())
    assert headers["License-Expression"] == "MIT AND CC-BY-NC-SA-3.0 AND OFL-1.1"
    font = "crohme/web/static/fonts/stix-two-math-license.txt"
    assert headers.get_all("License-File") == ["LICENSE", font]
    (text,) = (name for name in wheel.namelist() if name.endswith(".dist-info/licenses/LICENSE"))
    assert b"CC BY-NC-SA 3.0" in wheel.read(text)


def test_launcher_is_short_and_starts_the_package() -> None:
    launcher = REPOSITORY / "crohme.py"
    assert len(launcher.read_text(encoding="utf-8").splitlines()) <= 10
    done = subprocess.run([sys.executable, launcher, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("crohme ")
