"""The shipped experiments can be run: every setting in them exists."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from crohme import bundle
from crohme.expressions.recipe import Recipe
from crohme.expressions.run_settings import Settings
from crohme.symbols.description import networks
from crohme.symbols.recipe import read_recipe
from crohme.symbols.settings import Settings as SymbolSettings
from crohme.training.experiment import ExperimentError, read_experiment, take_run

CONFIGS = sorted((Path(__file__).resolve().parents[2] / "configs").glob("*.toml"))
OF_SYMBOLS = [path for path in CONFIGS if path.stem.startswith("symbol-")]


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_the_header_says_result_time_and_command(path: Path) -> None:
    header = path.read_text(encoding="utf-8").partition("[")[0]
    assert all(f"# {what}:" in header for what in ("Result", "Time", "Command"))
    assert f"--config configs/{path.name}" in header


@pytest.mark.parametrize("path", [p for p in CONFIGS if p not in OF_SYMBOLS], ids=lambda path: path.stem)
def test_every_setting_of_expressions_exists(path: Path) -> None:
    taken = take_run(read_experiment(path), {"settings": Settings(), "recipe": Recipe()}, str(path))
    assert isinstance(taken["recipe"], Recipe) and (taken["epochs"] or taken["minutes"])


@pytest.mark.parametrize("path", OF_SYMBOLS, ids=lambda path: path.stem)
def test_the_recipe_of_a_shipped_bundle_is_what_it_was_trained_with(path: Path) -> None:
    recipe, trained = read_recipe(path), bundle.load(path.stem)
    assert networks()[recipe.settings.network].name == trained.network and recipe.epochs == trained.training["epochs"]
    for name in ("batch_size", "learning_rate", "warmup_steps", "weight_decay", "label_smoothing", "precision", "seed"):
        assert getattr(recipe.settings, name) == trained.training[name]
    # The decay was one per step.
    assert recipe.settings.averaging**0.1 == pytest.approx(trained.training["averaging"], abs=1e-5)


def test_there_is_one_for_every_shipped_bundle() -> None:
    assert set(bundle.names()) <= {path.stem for path in CONFIGS}


@pytest.mark.parametrize(("stem", "tables"), [
    ("expressions", {"settings": Settings(), "recipe": Recipe()}),
    ("symbol-cnn", {"settings": SymbolSettings()}),
])  # fmt: skip
def test_one_file_for_each_task_lists_all_settings(stem: str, tables: dict[str, object]) -> None:
    written = read_experiment(CONFIGS[0].with_name(f"{stem}.toml"))
    for table, default in tables.items():
        assert set(written[table]) == {field.name for field in fields(default)}  # type: ignore[arg-type]


def test_what_a_file_lists_besides_changes_nothing() -> None:
    listed = read_recipe(CONFIGS[0].with_name("symbol-cnn.toml")).settings
    assert (listed.arguments, listed.weights, listed.frozen, listed.thawed_rate) == ({}, "none", 0.2, 0.1)
    taken = take_run(read_experiment(CONFIGS[0].with_name("expressions.toml")),
                     {"settings": Settings(), "recipe": Recipe(one_hand=0.5)}, "")  # fmt: skip
    assert taken["recipe"] == Recipe(one_hand=0.5)


def test_an_unknown_key_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("[settings]\npeak = 1e-3\n", encoding="utf-8")
    with pytest.raises(ExperimentError, match=r"own\.toml: unknown setting settings\.peak"):
        read_recipe(tmp_path / "own.toml")
