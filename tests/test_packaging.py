"""What is installed is what the repository says."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Distribution → import name, where they differ.
IMPORT_NAMES = {
    "keras-tuner": "keras_tuner", "scikit-learn": "sklearn", "opencv-python-headless": "cv2", "pillow": "PIL"
}  # fmt: skip


def name_of(requirement: str) -> str:
    return requirement.split(">=")[0].strip()


def test_requirements_txt_is_the_list_of_pyproject() -> None:
    lines = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == PROJECT["dependencies"]


def test_every_import_is_a_declared_dependency() -> None:
    # FastAPI brings pydantic and starlette: its interface is made of theirs.
    extras = PROJECT["optional-dependencies"]
    optional = [requirement for extra in ("solver", "web", "tensorboard", "tune") for requirement in extras[extra]]
    requirements = [*PROJECT["dependencies"], *optional, "pydantic", "starlette"]
    declared = {IMPORT_NAMES.get(name_of(r), name_of(r)) for r in requirements}
    ours = {"crohme", "inkml_parser"}
    for file in [*REPOSITORY.glob("crohme/**/*.py"), *REPOSITORY.glob("inkml_parser/**/*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [str(node.module)]
            for root in {n.split(".")[0] for n in names} - set(sys.stdlib_module_names) - ours:
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


def test_wheel_holds_exactly_the_packages_and_the_bundles(wheel: zipfile.ZipFile) -> None:
    packages = {
        f.relative_to(REPOSITORY).as_posix()
        for package in ("crohme", "inkml_parser")
        for f in (REPOSITORY / package).rglob("*")
        if f.is_file() and "__pycache__" not in f.parts
    }
    models = REPOSITORY / "models"
    bundles = {f"crohme/_bundles/{f.relative_to(models).as_posix()}" for f in models.rglob("*") if f.is_file()}
    content = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert content == packages | bundles
    assert "crohme/_bundles/README.md" in content
    assert "crohme/cli/__init__.py" in content
    assert "crohme.py" not in content


def test_wheel_installs_the_command(wheel: zipfile.ZipFile) -> None:
    (entry_points,) = (n for n in wheel.namelist() if n.endswith("entry_points.txt"))
    assert "crohme = crohme.cli:main" in wheel.read(entry_points).decode()


def test_launcher_is_short_and_starts_the_package() -> None:
    launcher = REPOSITORY / "crohme.py"
    assert len(launcher.read_text(encoding="utf-8").splitlines()) <= 10
    done = subprocess.run([sys.executable, launcher, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("crohme ")
