"""The fuzzers are scripts; their short runs here are tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "fuzz"))
