"""What the expression recogniser is trained on, and on what choices are made."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path

from crohme import bundle
from crohme.datasets.base import DataSet
from crohme.datasets.location import DataNotFound
from crohme.datasets.registry import open_data_set
from crohme.datasets.splits import divide
from crohme.expressions.corpus import Corpus, load
from crohme.expressions.vocabulary import Vocabulary, vocabulary_of
from crohme.ink.expression import Expression, all_nodes
from crohme.notation import Alphabet

log = logging.getLogger(__name__)
FEWEST = 3
"""Samples of a class with fewer of which it is hardly learnt."""


@dataclass(frozen=True, eq=False)
class ExpressionData:
    """Expressions to train on and to validate on.

    Args:
        train: Corpus. All but what is validated on.
        validation: Corpus. A set of its own, or what was held out where there is none.
        held_out: Corpus. Held-out writers of a training set that has a validation set beside it; may be empty.
    """

    train: Corpus
    validation: Corpus
    held_out: Corpus

    def readable(self, vocabulary: Vocabulary) -> ExpressionData:
        """Without what is validated on and has symbols that the vocabulary lacks; they are counted in the log.

        Raises:
            DataNotFound: What is trained on has such symbols: the run began with other data.
        """
        if unknown := sorted(labels_of(self.train.expressions).keys() - set(vocabulary.alphabet)):
            raise DataNotFound(f"the run does not know these classes of the data: {' '.join(unknown)}")
        return replace(
            self, validation=_readable(self.validation, vocabulary), held_out=_readable(self.held_out, vocabulary)
        )


def find(folder: Path) -> ExpressionData:
    """The expressions of a data set.

    Args:
        folder: Path. A data set, see `datasets.registry`. Where a folder of InkML has no split to validate on, its test
            split is; where it has none of these either, some of its writers are held out for that (or files, where
            one person wrote nearly all, or nobody is named).

    Raises:
        DataNotFound: No expression to train on, or none to validate on.
    """
    data = open_data_set(folder)
    corpus = _load(data, data.training_split())
    others = data.validation or (data.tests[:1] if data.is_generic else ())
    if others:
        mask = [data.is_held_out(writer) for writer in corpus.writers]
        return ExpressionData(corpus.take(_not(mask)), _load(data, others[0]), corpus.take(mask))
    mask = divide(corpus.names, corpus.writers, [labels_of([e]) for e in corpus.expressions])
    if not any(mask):
        raise DataNotFound("too few expressions to keep any for validation", folder)
    return ExpressionData(corpus.take(_not(mask)), corpus.take(mask), corpus.take([False] * len(mask)))


def labels_of(expressions: Iterable[Expression]) -> Counter[str]:
    """How often each symbol class occurs."""
    return Counter(node.label for expression in expressions for node in all_nodes(expression.row))


def vocabulary_for(data: ExpressionData, start: str | Path | None, *, whole: bool = False) -> Vocabulary:
    """CROHME's alphabet, or that of the bundle that is started from, and what else is trained on.

    With `whole`, all of `alphabet.csv`, too, and grids.

    New classes are named in the log, and those that there is hardly any ink of.

    Raises:
        BundleError: The bundle cannot be read, or does not read whole expressions.
        DataNotFound: A class is no symbol in LaTeX: no bundle with it could be loaded.
    """
    known = Alphabet.crohme() if start is None else vocabulary_of(bundle.load(start)).alphabet
    if whole:
        known = Alphabet((*known.entries, *Alphabet.whole().entries))
    counts = labels_of(data.train.expressions)
    if new := sorted(set(counts) - set(known)):
        log.info("new classes, unknown to the alphabet: %s", " ".join(new))
    if rare := sorted(label for label, count in counts.items() if count < FEWEST):
        log.info("classes of fewer than %d samples: %s", FEWEST, " ".join(f"{la} ({counts[la]})" for la in rare))
    try:
        return Vocabulary.of_tokens(Vocabulary(Alphabet({*counts, *known.entries})).tokens)
    except ValueError as error:
        raise DataNotFound(f"a class of these expressions cannot be written: {error}") from None


def _load(data: DataSet, split: str) -> Corpus:
    corpus = load(data, split)
    first = f", the first: {corpus.skipped[0]}" if corpus.skipped else ""
    if not corpus.expressions:
        raise DataNotFound(f"no expression with truth and segmentation in its split {split!r}{first}", data.folder)
    if first:
        log.warning("%s: passed over, without usable ink and truth: %d%s", data.folder, len(corpus.skipped), first)
    return corpus


def _readable(corpus: Corpus, vocabulary: Vocabulary) -> Corpus:
    mask = [all(node.label in vocabulary.alphabet for node in all_nodes(e.row)) for e in corpus.expressions]
    if not all(mask):
        unread = labels_of(compress(corpus.expressions, _not(mask))).keys() - set(vocabulary.alphabet)
        log.warning("not validated on: %d expressions with symbols that nothing is trained on: %s",
                    mask.count(False), " ".join(sorted(unread)))  # fmt: skip
    return corpus.take(mask)


def _not(mask: Sequence[bool]) -> list[bool]:
    return [not one for one in mask]
