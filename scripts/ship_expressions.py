"""Make the shipped bundle of a training run: `python scripts/ship_expressions.py --data CROHME`.

Takes the weights of the run that were best on the validation set, fits the bias of the tokens and the calibration of
confidence, of ink and of pictures, on the 2013 test set, and writes down what is right on 2013
(validation) and on 2014 (test). A network that knows more than CROHME's classes is held to these on CROHME, but not
where its confidence is calibrated:

    python scripts/ship_expressions.py --data CROHME --run runs/math --bundle models/math --also expressmatch=FOLDER
"""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crohme.evaluation.outcomes import Outcome

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crohme.expressions.settings import DECODING  # noqa: E402
from crohme.notation import CLASSES, Alphabet  # noqa: E402

RAW = {"ink": (1.0, 0.0), "traced": (1.0, 0.0)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="CROHME folder, with test2013 and test2014")
    parser.add_argument(
        "--run", type=Path, help="folder of the training run; without it the bundle is only measured anew"
    )
    parser.add_argument("--bundle", type=Path, default=Path("models/expressions"), help="folder to write")
    parser.add_argument("--strength", type=float, default=2.0, help="of what keeps the bias of the tokens small (2)")
    parser.add_argument(
        "--also", action="append", default=[], metavar="NAME=DIR", help="InkML to measure with the whole alphabet, too"
    )
    parser.add_argument("--last", action="store_true", help="the weights at the end, not those best on validation")
    args = parser.parse_args()

    from crohme import bundle

    if args.run is not None:
        write_bundle(args.run, args.bundle, args.data / "test2013", args.strength, last=args.last)
    shipped = bundle.load(args.bundle)
    decoding = dict(shipped.decoding) | {n: DECODING[n][1] for n in bundle.find(shipped.network).added_later}
    # Calibrated is what the scores say, of all readings: neither an older calibration nor a refusal may lie between.
    raw = bundle.revise(shipped, decoding=decoding | {"least_confidence": 0.0}, calibration=RAW)
    fitted = bundle.revise(raw, decoding=decoding, calibration=calibrations(args.bundle, args.data))
    metrics = measured(args.bundle, args.data, [text.partition("=") for text in args.also])
    strength = {"token_bias_strength": args.strength if args.run else shipped.metrics.get("token_bias_strength")}
    bundle.revise(fitted, metrics=strength | metrics)
    print(json.dumps(metrics, indent=2))


def write_bundle(folder: Path, bundle: Path, validation: Path, strength: float, *, last: bool) -> None:
    """The best weights of a run, or its last ones, with the bias of the tokens fitted."""
    from crohme.expressions.corpus import load
    from crohme.expressions.recognizer import Recognizer
    from crohme.expressions.run import Run
    from crohme.expressions.run_settings import stored_recipe, stored_settings, stored_vocabulary
    from crohme.expressions.token_bias import fit, symbol_logits

    run = Run(folder, stored_settings(folder), stored_recipe(folder), stored_vocabulary(folder))
    run.restore()  # which leaves a run alone that is still going on
    run.write_bundle(bundle, {}, last=last)
    network = Recognizer.load(bundle).network
    logits, truth = symbol_logits(network, run.vocabulary, load(validation).expressions)
    # Classes that CROHME does not have are as probable beside the others as they were.
    crohme = run.vocabulary.restricted(CLASSES)
    run.write_bundle(bundle, {}, fit(logits + crohme.token_bias, truth, strength), last=last)


def calibrations(folder: Path, data: Path) -> dict[str, tuple[float, float]]:
    """What fits the scores of a bundle on 2013: of ink with all its classes, of pictures with those of CROHME."""
    from crohme.evaluation.expressions import evaluate

    return {
        "ink": _fitted(evaluate(data / "test2013", folder)),
        "traced": _fitted(evaluate(data / "test2013", folder, offline=True, symbols="crohme")),
    }


def measured(folder: Path, data: Path, also: list[tuple[str, str, str]]) -> dict[str, float]:
    """The figures of a bundle."""
    from crohme.evaluation.expressions import evaluate
    from crohme.evaluation.summary import summarize
    from crohme.expressions.recognizer import Recognizer

    is_wider = Recognizer.load(folder).vocabulary.alphabet != Alphabet.crohme()
    held = partial(evaluate, bundle=folder, symbols="crohme" if is_wider else None)
    sets = {name: held(data / name) for name in ("test2013", "test2014")}
    sets |= {f"{name}_offline": held(data / name, offline=True) for name in sets}
    if is_wider:
        sets["test2013_all"] = evaluate(data / "test2013", folder)
    sets |= {name: evaluate(Path(place), folder) for name, _, place in also}
    metrics: dict[str, float] = {}
    for name, found in sets.items():
        figures = summarize(found)
        metrics |= {f"{name}_{key}": figures[key] for key in ("n", "exprate", "le1", "le2", "le3", "top5")}
    return metrics


def _fitted(outcomes: list[Outcome]) -> tuple[float, float]:
    from crohme.evaluation.calibration import fit

    read = [(o.confidence, o.errors == 0) for o in outcomes if o.read and o.confidence is not None]
    return fit([confidence for confidence, _ in read], [is_right for _, is_right in read])


if __name__ == "__main__":
    main()
