"""Experiments in files: what they ask for is taken, and nothing else is passed over."""

from __future__ import annotations

import os
from dataclasses import dataclass, make_dataclass
from pathlib import Path

import pytest

from crohme.training.experiment import ExperimentError, read_experiment, read_run, take, unknown_of_run, with_values


@dataclass(frozen=True)
class Toy:
    learning_rate: float = 1e-3
    size: str = "small"
    steps: int = 5
    eager: bool = False


DEFAULTS = {"settings": Toy(), "minutes": float, "start": str, "seed": 1}


def taken(**experiment):
    return take(experiment, DEFAULTS, "a.toml")


def test_a_pipe_that_nobody_writes_to_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "a.toml"
    os.mkfifo(pipe)
    with pytest.raises(ExperimentError, match="Not a regular file"):
        read_experiment(pipe)


def test_a_file_is_read_and_what_it_does_not_say_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('# 71.2 %\nminutes = 90\n[settings]\nsize = "base"\nlearning_rate = 1\n', encoding="utf-8")
    found = take(read_experiment(path), DEFAULTS, str(path))
    assert found == {"settings": Toy(size="base", learning_rate=1.0), "minutes": 90.0, "start": None, "seed": 1}
    assert isinstance(found["settings"].learning_rate, float)


def test_values_are_set_from_the_command_line() -> None:
    changed = with_values(
        {"settings": {"steps": 7}}, ["settings.size=base", "settings.learning_rate=3e-4", "minutes=2"]
    )
    assert take(changed, DEFAULTS, "x")["settings"] == Toy(steps=7, size="base", learning_rate=3e-4)
    assert take(changed, DEFAULTS, "x")["minutes"] == 2.0


@pytest.mark.parametrize(
    ("experiment", "cause"),
    [
        (
            {"settings": {"lerning_rate": 1}},
            "unknown setting settings.lerning_rate; did you mean settings.learning_rate",
        ),
        ({"zeal": 1}, "unknown setting zeal"),
        ({"settings": {"steps": 1.5}}, "settings.steps is 1.5, which is not of type int"),
        ({"settings": {"steps": True}}, "not of type int"),
        ({"settings": {"eager": 1}}, "not of type bool"),
        ({"settings": 3}, "settings is a table"),
        ({"minutes": "long"}, "minutes is 'long'"),
    ],
)
def test_what_no_setting_has_is_an_error(experiment, cause: str) -> None:
    with pytest.raises(ExperimentError, match=f"a.toml: .*{cause}"):
        taken(**experiment)


def test_values_are_set_in_tables_of_tables_and_the_experiment_stays_as_it_is() -> None:
    experiment = {"settings": {"arguments": {"size": 32}}}
    changed = with_values(experiment, ["settings.arguments.dense=64", "a.b.c=x"])
    assert changed == {"settings": {"arguments": {"size": 32, "dense": 64}}, "a": {"b": {"c": "x"}}}
    assert experiment == {"settings": {"arguments": {"size": 32}}}
    with pytest.raises(ExperimentError, match="size is a value, not a table"):
        with_values(experiment, ["settings.arguments.size.x=1"])


@pytest.mark.parametrize("assignment", ["minutes", "=1", "a..c=1", ".c=1", ""])
def test_what_is_no_assignment_is_an_error(assignment: str) -> None:
    with pytest.raises(ExperimentError, match="key=value"):
        with_values({}, [assignment])


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("minutes = ", encoding="utf-8")
    with pytest.raises(ExperimentError, match="a.toml: not TOML"):
        read_experiment(path)
    with pytest.raises(ExperimentError, match="b.toml: No such file"):
        read_experiment(tmp_path / "b.toml")


SHARES = "swapped redrawn lifted primed traced part".split()
MANY = make_dataclass("Many", [(f"{name}_share", float, 0.5) for name in SHARES] + [("one_hand", float, 0.6)])


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("recipe.one_hnd", "; did you mean recipe.one_hand? configs/ lists all settings"),
        ("recipe.part_shares", "; did you mean recipe.part_share or recipe."),
        ("recipe.foo", "; configs/ lists all settings"),
        ("recipe.swapped_share.x", "swapped_share"),
        ("recip.foo", "; did you mean recipe?"),
        ("foo", "; there are settings, recipe, epochs, minutes, start"),
        ("minute", "; did you mean minutes?"),
    ],
)
def test_an_unknown_setting_names_the_nearest_and_not_all_of_many(key: str, hint: str) -> None:
    with pytest.raises(ExperimentError) as refused:
        read_run(None, [f"{key}=1"], {"settings": Toy(), "recipe": MANY()})
    assert hint in str(refused.value) and len(str(refused.value)) < 160


def test_what_is_wrong_with_an_assignment_is_not_said_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "good.toml"
    path.write_text("minutes = 3\n[settings]\nsteps = 7\n", encoding="utf-8")
    for assignment in ("settings.zeal=1", "settings.steps=soon", "minutes=-1"):
        with pytest.raises(ExperimentError, match="^--set: "):
            read_run(path, [assignment], {"settings": Toy()})
    path.write_text("[settings]\nzeal = 7\n", encoding="utf-8")
    with pytest.raises(ExperimentError, match=r"good\.toml: unknown setting settings\.zeal"):
        read_run(path, ["settings.steps=8"], {"settings": Toy()})


def test_all_keys_that_mean_nothing_are_found() -> None:
    experiment = {"epochs": 3, "zeal": 1, "settings": {"steps": 1, "peak": 2}, "recipe": {"part": 1}}
    assert unknown_of_run(experiment, {"settings": Toy()}) == ["zeal", "recipe", "settings.peak"]
    assert unknown_of_run({"settings": 3}, {"settings": Toy()}) == []
