"""UNIPEN train_r01_v07: isolated digits (1a), capitals (1b) and small letters (1c).

Its signs (1d) are left out: many of those drawings are not what their label says.

Guyon et al.: UNIPEN project of on-line data exchange and recognizer benchmarks, ICPR 1994.
"""

from __future__ import annotations

from crohme.datasets.json_lines import JsonLines


class Unipen(JsonLines):
    """A writer, as far as it tells, is what one file of a donor holds."""

    title = "UNIPEN"
    licence = "CC BY 4.0"
    layout = "isolated_1[abc].jsonl.gz"
    pattern = "isolated_1[abc].jsonl.gz"
    up = -1.0

    def writer_of(self, source: str) -> str:
        return source
