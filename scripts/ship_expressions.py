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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="CROHME folder, with test2013 and test2014")
    parser.add_argument("--run", type=Path, default=Path("runs/expressions"), help="folder of the training run")
    parser.add_argument("--bundle", type=Path, default=Path("models/expressions"), help="folder to write")
    parser.add_argument("--strength", type=float, default=2.0, help="of what keeps the bias of the tokens small (2)")
    parser.add_argument(
        "--also", action="append", default=[], metavar="NAME=DIR", help="InkML to measure with the whole alphabet, too"
    )
    args = parser.parse_args()

    from crohme import bundle
    from crohme.evaluation.expressions import evaluate
    from crohme.evaluation.summary import summarize
    from crohme.expressions.corpus import load
    from crohme.expressions.recognizer import Recognizer
    from crohme.expressions.run import Run
    from crohme.expressions.run_settings import stored_recipe, stored_settings, stored_vocabulary
    from crohme.expressions.token_bias import fit, symbol_logits
    from crohme.notation import CLASSES, Alphabet

    run = Run(args.run, stored_settings(args.run), stored_recipe(args.run), stored_vocabulary(args.run))
    run.restore()  # which leaves a run alone that is still going on
    run.write_bundle(args.bundle, {})
    validation = load(args.data / "test2013").expressions
    crohme, is_wider = run.vocabulary.restricted(CLASSES), run.vocabulary.alphabet != Alphabet.crohme()
    logits, truth = symbol_logits(Recognizer.load(args.bundle).network, run.vocabulary, validation)
    # Classes that CROHME does not have are as probable beside the others as they were.
    run.write_bundle(args.bundle, {}, fit(logits + crohme.token_bias, truth, args.strength))
    folders = {name: args.data / name for name in ("test2013", "test2014")}
    held = partial(evaluate, symbols="crohme" if is_wider else None)
    sets = {name: held(folder, args.bundle) for name, folder in folders.items()}
    sets |= {f"{name}_offline": held(folder, args.bundle, offline=True) for name, folder in folders.items()}
    known = {"ink": sets["test2013"], "traced": sets["test2013_offline"]}
    if is_wider:
        known = {of: evaluate(folders["test2013"], args.bundle, offline=of == "traced") for of in known}
        sets |= {"test2013_all": known["ink"]}
    for name, _, folder in (text.partition("=") for text in args.also):
        sets[name] = evaluate(Path(folder), args.bundle)
    metrics: dict[str, object] = {
        "token_bias_strength": args.strength,
    }
    for name, found in sets.items():
        figures = summarize(found)
        metrics |= {f"{name}_{key}": figures[key] for key in ("n", "exprate", "le1", "le2", "le3", "top5")}
    calibration = {of: _fitted(outcomes) for of, outcomes in known.items()}
    bundle.revise(bundle.load(args.bundle), metrics=metrics, calibration=calibration)
    print(json.dumps(metrics, indent=2))


def _fitted(outcomes: list[Outcome]) -> tuple[float, float]:
    from crohme.evaluation.calibration import fit

    read = [(o.confidence, o.errors == 0) for o in outcomes if o.read and o.confidence is not None]
    return fit([confidence for confidence, _ in read], [is_right for _, is_right in read])


if __name__ == "__main__":
    main()
