"""Trained networks on disk. Only this package knows where they live and what they are made of.

A bundle is a folder `models/<name>` (`crohme/_bundles/<name>` once installed) of these files:
`config.json` (which network, all that decides what it reads besides alphabet and weights, where it comes from, and
the sha256 of that and of the other files), `vocabulary.txt` (its alphabet: one label or token per line),
`weights.npz` (half-precision arrays, never pickles), `metrics.json` (measured figures), what else its network may have
(`Network.files`), and `README.md` (the model card, the only one without a checksum).
"""

from crohme.bundle.building import build, restore, weights_of
from crohme.bundle.network import Network, Reads, find
from crohme.bundle.provenance import Provenance
from crohme.bundle.store import Bundle, folder_of, load, names, revise, save
from crohme.bundle.texts import BundleError, check_vocabulary

__all__ = [
    "Bundle", "BundleError", "Network", "Provenance", "Reads", "build", "check_vocabulary", "find", "folder_of",
    "load", "names", "restore", "revise", "save", "weights_of",
]  # fmt: skip
