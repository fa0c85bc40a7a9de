from __future__ import annotations

import hashlib
import json
import math
import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

import crohme
from crohme import bundle
from crohme.bundle import BundleError, Provenance
from crohme.bundle.configuration import checksum_of
from crohme.bundle.provenance import hash_of
from crohme.expressions.recipe import Recipe

LABELS = ("a", "\\alpha", "π")
ARGUMENTS = {"classes": 3, "units": [4, 2], "dense": 4}
SHAPES = bundle.find("symbol_lstm").shapes(ARGUMENTS)
WEIGHTS = {name: np.linspace(-2, 2, math.prod(shape)).reshape(shape) for name, shape in SHAPES.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    bundle.save(tmp_path / "b", "symbol_lstm", ARGUMENTS, LABELS, WEIGHTS, {"seed": 1}, {"top1": 0.5})
    return tmp_path / "b"


def edit_config(folder: Path, **changes: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    config |= changes
    config["config_sha256"] = checksum_of(config)
    (folder / "config.json").write_text(json.dumps(config))


def test_what_was_saved_is_loaded(folder: Path) -> None:
    loaded = bundle.load(folder)
    assert (loaded.network, loaded.arguments, loaded.vocabulary) == ("symbol_lstm", ARGUMENTS, LABELS)
    assert (loaded.metrics, loaded.training) == ({"top1": 0.5}, {"seed": 1})
    assert loaded.weights["dense/kernel"].dtype == np.float32
    np.testing.assert_allclose(loaded.weights["dense/kernel"], np.linspace(-2, 2, 8).reshape(2, 4), atol=1e-3)


def test_a_changed_bit_of_the_weights_is_noticed(folder: Path) -> None:
    data = bytearray((folder / "weights.npz").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "weights.npz").write_bytes(data)
    with pytest.raises(BundleError, match="checksum"):
        bundle.load(folder)


def test_a_pickle_is_never_opened(folder: Path, tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[Path]]:
            return Path.touch, (tmp_path / "sprung",)

    np.savez(folder / "weights.npz", trap=np.array([Trap()], dtype=object))
    edit_config(folder, weights_sha256=hashlib.sha256((folder / "weights.npz").read_bytes()).hexdigest())
    with pytest.raises(BundleError, match=r"weights\.npz holds trap\.npy"):
        bundle.load(folder)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("network", ["os.system", "crohme.symbols.networks.symbol_lstm", "", None, ["symbol_lstm"]])
def test_only_networks_of_the_list_are_built(folder: Path, network: object) -> None:
    edit_config(folder, network=network)
    with pytest.raises(BundleError):
        bundle.load(folder)


def test_arguments_that_the_network_does_not_take(folder: Path) -> None:
    edit_config(folder, arguments={**ARGUMENTS, "colour": "red"})
    with pytest.raises(BundleError, match="colour"):
        bundle.load(folder)


def test_what_could_not_be_loaded_is_not_saved(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    kernel = "dense/kernel"
    for arguments, labels, weights, cause in (
        (ARGUMENTS, LABELS, {}, "weights are not those"),
        (ARGUMENTS, LABELS, {**WEIGHTS, kernel: WEIGHTS[kernel].T}, "weights are not those"),
        (ARGUMENTS, LABELS, {**WEIGHTS, kernel: WEIGHTS[kernel] * 1e6}, "half precision"),
        (ARGUMENTS, LABELS, {**WEIGHTS, kernel: WEIGHTS[kernel] * np.nan}, "half precision"),
        (ARGUMENTS, LABELS[:2], WEIGHTS, "2 labels; the network has 3"),
        (ARGUMENTS, ("a", "b", "a"), WEIGHTS, "'a' occurs twice"),
        (ARGUMENTS, ("a", "b", "c\nd"), WEIGHTS, "line 3 is not a label"),
        ({**ARGUMENTS, "dense": 0}, LABELS, WEIGHTS, "'dense' is 0"),
    ):
        with pytest.raises(BundleError, match=cause):
            bundle.save(folder, "symbol_lstm", arguments, labels, weights, {}, {})
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_bundle_is_stored_whole_or_not_at_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: str) -> None:
        raise OSError(28, "No space left on device", str(path))

    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    monkeypatch.setattr("crohme.bundle.store.write_whole", full)
    other = {name: array + 1 for name, array in WEIGHTS.items()}
    with pytest.raises(OSError, match="No space left") as raised:
        bundle.save(folder, "symbol_lstm", ARGUMENTS, LABELS, other, {}, {})
    assert raised.value.filename == str(folder / "vocabulary.txt")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_figures_that_are_no_numbers_are_stored_as_null(folder: Path) -> None:
    saved = bundle.save(folder, "symbol_lstm", ARGUMENTS, LABELS, WEIGHTS, {"x": [np.inf]}, {"loss": float("nan")})
    assert (saved.training, saved.metrics) == ({"x": [None]}, {"loss": None})


def test_what_was_loaded_is_saved_and_loaded_again(folder: Path, tmp_path: Path) -> None:
    first = bundle.load(folder)
    again = bundle.save(
        tmp_path / "again", first.network, first.arguments, first.vocabulary, first.weights, first.training
    )
    assert all((again.weights[name] == array).all() for name, array in first.weights.items())


@pytest.mark.parametrize("name", ["config.json", "vocabulary.txt", "weights.npz"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BundleError, match=name):
        bundle.load(folder)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"format": 99}'])
def test_a_damaged_configuration(folder: Path, content: str) -> None:
    (folder / "config.json").write_text(content)
    with pytest.raises(BundleError, match="config.json"):
        bundle.load(folder)


def test_an_unknown_name_lists_those_that_exist() -> None:
    with pytest.raises(BundleError, match="no such bundle.*symbol-lstm"):
        bundle.load("symbol-lstn")


def test_weights_too_large_for_half_precision_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="half precision"):
        bundle.save(tmp_path / "b", "symbol_lstm", ARGUMENTS, LABELS, {n: w * 1e6 for n, w in WEIGHTS.items()}, {})


@pytest.mark.parametrize("name", bundle.names())
def test_every_shipped_bundle_is_whole(name: str) -> None:
    shipped = bundle.load(name)
    model = bundle.restore(shipped)
    assert shipped.metrics
    assert "CC BY-NC-SA" in (shipped.path / "README.md").read_text(encoding="utf-8")
    assert sum(weights.size for weights in shipped.weights.values()) == model.count_params()


def test_a_changed_vocabulary_is_noticed(folder: Path) -> None:
    path = folder / "vocabulary.txt"
    path.write_text("".join(reversed(path.read_text(encoding="utf-8").splitlines(keepends=True))), encoding="utf-8")
    with pytest.raises(BundleError, match="vocabulary.txt does not match its checksum"):
        bundle.load(folder)


def test_provenance_is_stored_and_what_is_not_known_is_null(folder: Path) -> None:
    known = Provenance.here(data="three letters", data_sha256="0" * 64, seconds=1.5, samples=7)
    bundle.revise(bundle.load(folder), provenance=known)
    stored = json.loads((folder / "config.json").read_text())["provenance"]
    assert stored["libraries"]["numpy"] == np.__version__ and stored["crohme"] == crohme.__version__
    assert (stored["recipe"], stored["started_from"]) == (None, None)
    assert bundle.load(folder).provenance == known
    assert bundle.load(folder).metrics == {"top1": 0.5}


def test_provenance_names_the_commit_of_this_repository_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("crohme.bundle.provenance._ROOT", tmp_path)
    assert Provenance.here().commit is None
    for command in (["init"], ["-c", "user.name=x", "-c", "user.email=x@y.z", "commit", "--allow-empty", "-m", "x"]):
        subprocess.run(["git", "-C", tmp_path, *command], check=True, capture_output=True)
    commit = Provenance.here().commit
    assert commit is not None and re.fullmatch("[0-9a-f]{40}", commit)


def test_the_hash_of_data_is_that_of_names_and_contents(tmp_path: Path) -> None:
    for name in ("a/1", "a/2", "b/1", "b/2", "c/1", "c/3", "d/1", "d/2"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x" if name != "d/2" else "y")
    of = {name: hash_of([tmp_path / name]) for name in "abcd"}
    assert of["a"] == of["b"] and len({*of.values()}) == 3
    assert hash_of([tmp_path / "a/1", tmp_path / "a/2"]) == of["a"]
    assert hash_of([tmp_path / "a", tmp_path / "c"]) != hash_of([tmp_path / "c", tmp_path / "a"]) != of["a"]


def test_revised_constants_decide_and_the_weights_stay(folder: Path) -> None:
    before = (folder / "weights.npz").read_bytes()
    revised = bundle.revise(bundle.load(folder), preprocessing={"points": 30})
    assert revised.preprocessing == {"points": 30} == bundle.load(folder).preprocessing
    assert (folder / "weights.npz").read_bytes() == before
    with pytest.raises(BundleError, match="'points' is 1; symbol_lstm takes a whole number from 25 to 60"):
        bundle.revise(revised, preprocessing={"points": 1})
    assert bundle.load(folder).preprocessing == {"points": 30}


def test_a_bundle_of_the_format_before_is_upgraded(folder: Path) -> None:
    now = bundle.load(folder)
    config = json.loads((folder / "config.json").read_text())
    kept = ("network", "arguments", "weights_sha256", "vocabulary_sha256")
    old = {"format": 1, **{name: config[name] for name in kept}, "training": {"seconds": 12, "data": "three letters"}}
    (folder / "config.json").write_text(json.dumps(old))
    with pytest.raises(BundleError, match="its format is 1; this version reads format 2"):
        bundle.load(folder)
    script = Path(__file__).resolve().parents[2] / "scripts" / "upgrade_bundle.py"
    subprocess.run([sys.executable, script, folder], check=True, capture_output=True)
    upgraded = bundle.load(folder)
    assert upgraded.preprocessing == now.preprocessing == {"points": 40}
    assert upgraded.provenance == Provenance(data="three letters", seconds=12)
    assert all((upgraded.weights[name] == array).all() for name, array in now.weights.items())


@pytest.mark.parametrize("name", bundle.names())
def test_a_shipped_bundle_names_no_place_of_one_machine(name: str) -> None:
    config = (Path(__file__).resolve().parents[2] / "models" / name / "config.json").read_text(encoding="utf-8")
    assert not re.search(r'"(/|[A-Za-z]:\\|~)', config)


def test_a_recipe_is_described_by_the_names_of_its_folders() -> None:
    recipe = Recipe(texts="/data/latex", drawn="/data/detexify,other/unipen", grids=0.1)
    described = recipe.described()
    assert (described["texts"], described["drawn"], described["grids"]) == ("latex", "detexify,unipen", 0.1)
    assert Recipe().described() == asdict(Recipe())
