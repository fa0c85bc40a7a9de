"""Typeset texts that people also wrote, and compare: `python scripts/judge_typesetting.py`.

Held-out writers' expressions are typeset in the ink of the writer of each, and CROHME 2013's in the training set's. A
network that misreads typeset ink where it reads the real one shows what is unnatural in it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crohme.augment.one_hand import OneHand  # noqa: E402
from crohme.augment.pool import Pool  # noqa: E402
from crohme.augment.typeset import typeset  # noqa: E402
from crohme.datasets.base import DataSet  # noqa: E402
from crohme.datasets.crohme import crohme_folder  # noqa: E402
from crohme.datasets.location import sample_folder  # noqa: E402
from crohme.datasets.registry import open_data_set  # noqa: E402
from crohme.evaluation.typesetting import compare_layout, teacher_forced  # noqa: E402
from crohme.expressions.corpus import load  # noqa: E402
from crohme.expressions.recognizer import Recognizer  # noqa: E402
from crohme.ink.expression import Expression, all_nodes  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", default="expressions", help="name or folder of the bundle that reads")
    parser.add_argument("--set", choices=("held-out", "test2013"), default="held-out", help="whose texts")
    parser.add_argument("--count", type=int, default=200, help="expressions at most")
    parser.add_argument("--longest", type=int, default=20, help="strokes that an expression has at most")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    data = open_data_set(crohme_folder() or sample_folder())
    rng = np.random.default_rng(args.seed)
    pool = pool_of(data, held_out=args.set == "held-out")
    texts: list[tuple[Expression, Pool | None]]
    if args.set == "held-out":
        texts = [(e, own) for own in pool.of_writer.values() for e in own.expressions]
    else:
        texts = [(e, None) for e in load(data, args.set).expressions]
    texts = [(e, own) for e, own in texts if len(e.points) <= args.longest and all(n.strokes for n in all_nodes(e.row))]
    chosen = [texts[i] for i in rng.permutation(len(texts))[: args.count]]
    real = [e for e, _ in chosen]
    made = [typeset(e.tree, own or OneHand(pool, rng), rng) for e, own in chosen]
    show_reading(real, made, args.bundle)
    print(f"\n{'figure':16s} {'of':20s} {'n':>5s} {'real':>6s} {'made':>6s} {'KS':>5s}")
    for figure, of, count, own, other, distance in compare_layout(real, made)[:24]:
        print(f"{figure:16s} {of:20s} {count:5d} {own:6.2f} {other:6.2f} {distance:5.2f}")


def pool_of(data: DataSet, *, held_out: bool) -> Pool:
    """The ink of the held-out writers, or of all others."""
    corpus = load(data, data.training)
    written = zip(corpus.expressions, corpus.writers, strict=True)
    kept = [(e, w) for e, w in written if data.is_held_out(w) == held_out]
    return Pool([e for e, _ in kept], [w for _, w in kept])


def show_reading(real: list[Expression], made: list[Expression], bundle: str) -> None:
    """Print how a bundle reads both, and what it misreads more often in typeset ink."""
    recognizer = Recognizer.load(bundle)
    forced = {"real": teacher_forced(recognizer, real), "typeset": teacher_forced(recognizer, made)}
    for name, own in forced.items():
        print(f"{name:8s} {len(own.right)} expressions, right {100 * np.mean(own.right):.1f} %, "
              f"mean -log p {np.mean(own.surprise):.3f}")  # fmt: skip
    more = forced["typeset"].mistaken.copy()
    more.subtract(forced["real"].mistaken)
    print("misread more often in typeset ink:", *(f"{t}>{r} {n:+d}" for (t, r), n in more.most_common(24)))


if __name__ == "__main__":
    main()
