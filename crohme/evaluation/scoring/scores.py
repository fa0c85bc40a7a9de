"""The scores of all outputs of a recogniser, file by file and together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crohme.evaluation.scoring.comparison import Counts, total
from crohme.evaluation.scoring.figures import file_figures, graph_figures, percent, set_figures
from crohme.evaluation.scoring.graphs import Level
from crohme.evaluation.scoring.sources import Source
from crohme.notation import LOOK_ALIKES

METRICS = {
    Level.STROKE: "stroke-level label graphs; errors are directed labels of strokes and stroke pairs (D_B)",
    Level.SYMBOL: "symbol-level label graphs (symLG); errors are directed labels of symbols and symbol pairs (D_B)",
    Level.TOKENS: "token edit distance on normal-form LaTeX",
}
EQUATED = ", ".join(f"{one} = {other}" for one, other in LOOK_ALIKES.items())


@dataclass(frozen=True)
class FileScore:
    """One truth and its output.

    Args:
        errors: int or None. D_B or token edits; None if the truth cannot be read.
        counts: Counts or None. For graphs.
        tokens: int or None. Length of the truth, where tokens were compared.
        has_graphs: bool. False where a pair without trees had its tokens compared instead.
        problem: str or None. Why there is no truth or no output.
        ignored: tuple of str. Lines of the two files that were passed over.
    """

    errors: int | None
    counts: Counts | None = None
    tokens: int | None = None
    has_graphs: bool = True
    problem: str | None = None
    ignored: tuple[str, ...] = ()

    @property
    def has_structure(self) -> bool:
        """Whether symbols and relations are where they should be, whatever their classes."""
        return self.errors == 0 if self.counts is None else bool(self.counts.structures)

    def as_dict(self) -> dict[str, Any]:
        """The figures of the file, and what was wrong with it."""
        figures = file_figures(self.errors)
        if self.counts is not None:
            figures |= {"structure_exact": self.has_structure} | graph_figures(self.counts)
        if self.tokens is not None:
            figures["tokens"] = self.tokens
            if not self.has_graphs:
                figures |= {"structure_exact": self.has_structure, "compared": "tokens"}
        if self.problem is not None:
            figures["problem"] = self.problem
        if self.ignored:
            figures["ignored"] = list(self.ignored)
        return figures


@dataclass(frozen=True)
class Scores:
    """The scores of every truth file.

    Args:
        level: Level.
        are_limits_scripts: bool. Limits over and under operators counted as scripts.
        files: dict of name → FileScore. Every truth, whether there is an output or not.
        additional: tuple of str. Outputs without a truth; they are not scored.
        truth, output: Source. What was compared.
        equate: bool. Whether signs that look alike were equal.
    """

    level: Level
    are_limits_scripts: bool
    files: dict[str, FileScore]
    additional: tuple[str, ...]
    truth: Source
    output: Source
    equate: bool = False

    @property
    def metric(self) -> str:
        """What the figures are of, in words."""
        limits = "; limits count as scripts" if self.are_limits_scripts else ""
        return METRICS[self.level] + limits + (f"; counted as equal: {EQUATED}" if self.equate else "")

    @property
    def compared_by_tokens(self) -> int:
        """Pairs at level symbol or stroke of which one has no tree: their errors are token edits."""
        return sum(not one.has_graphs for one in self.files.values())

    def overall(self) -> dict[str, Any]:
        """The figures of the whole set."""
        scores = self.files.values()
        errors = [score.errors for score in scores]
        if self.level is Level.TOKENS:
            edits = sum(score.errors or 0 for score in scores)
            tokens = sum(score.tokens or 0 for score in scores)
            return set_figures(errors) | {"token_error_rate": percent(edits, tokens)}
        structures = sum(score.has_structure for score in scores)
        structure = {"structure_exact": structures, "structure_rate": percent(structures, len(scores))}
        counts = total(score.counts for score in scores if score.counts is not None)
        by_tokens = {"compared_by_tokens": self.compared_by_tokens} if self.compared_by_tokens else {}
        return set_figures(errors) | structure | graph_figures(counts) | by_tokens

    def as_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return {
            "metric": self.metric,
            "level": str(self.level),
            "overall": self.overall(),
            "files": {name: score.as_dict() for name, score in self.files.items()},
            "additional": list(self.additional),
        }
