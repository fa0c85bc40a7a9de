"""JSON that others may have written: whatever is wrong with it is a ValueError."""

from __future__ import annotations

import json
from typing import Any


def parsed(text: str | bytes) -> Any:
    """As `json.loads`.

    Raises:
        ValueError: It is no JSON, or nested deeper than Python reads, which `json.loads` has another exception for.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
