"""Detexify's drawings of LaTeX commands: about 50 of each of 1,100, without letters and digits.

Kirel and contributors: detexify.kirelabs.org. Each drawing is scaled to its unit box, its proportions kept.
"""

from __future__ import annotations

from crohme.datasets.json_lines import JsonLines


class Detexify(JsonLines):
    """No writers are named: each drawing counts as a writer of its own."""

    title = "Detexify"
    licence = "ODbL 1.0"
    layout = "detexify*.jsonl.gz"
    pattern = "detexify*.jsonl.gz"
    up = 1.0

    def writer_of(self, source: str) -> str:
        return source
