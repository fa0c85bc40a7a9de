"""Bring a bundle of format 1 to the present one: `python scripts/upgrade_bundle.py FOLDER...`.

It gets the constants that were part of the code then, which are the defaults of its network, so that it reads as it
did. Its weights stay as they are. What format 1 did not record is unknown.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crohme.bundle.configuration import sealed  # noqa: E402
from crohme.bundle.provenance import Provenance  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="of a bundle of format 1")
    for folder in parser.parse_args().folders:
        upgrade(folder)
        print(f"{folder} upgraded")


def upgrade(folder: Path) -> None:
    """Write `config.json` and `metrics.json` of a bundle anew."""
    from crohme import bundle
    from inkml_parser.files import write_whole

    old = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    if old["format"] != 1:
        raise SystemExit(f"{folder}: its format is {old['format']}, not 1")
    network = bundle.find(old["network"])
    tables = {
        name: {key: default for key, (_, default) in getattr(network, name).items()}
        for name in ("preprocessing", "decoding", "calibration")
    }
    for key, measured in {"ink": "calibration", "traced": "calibration_traced"}.items():
        if measured in metrics:
            tables["calibration"][key] = metrics.pop(measured)
    training = old.get("training", {})
    progress = training.get("progress", {})
    known = Provenance(
        data=training.get("data"), seconds=training.get("seconds"), samples=progress.get("samples")
    )  # a run of expressions counted the seconds of its last cycle only
    entries = {"network": network.name, "arguments": old["arguments"], **tables}
    write_whole(folder / "metrics.json", json.dumps(metrics, indent=2) + "\n")
    write_whole(folder / "config.json", sealed(entries | {"provenance": known.to_dict(), "training": training}, folder))
    bundle.load(folder)


if __name__ == "__main__":
    main()
