"""Optional libraries, and what to install where one is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from crohme.errors import CrohmeError

BASE = ("numpy", "lxml", "tqdm")
"""Libraries that every installation has; a clone in which nothing was installed may lack them."""
EXTRA_OF = {
    "keras": "train", "tensorflow": "train",
    "cv2": "images", "PIL": "images",
    "rapidfuzz": "score", "scipy": "score", "jinja2": "score",
    "matplotlib": "score", "pandas": "score", "sklearn": "score",
    "fastapi": "web", "starlette": "web", "pydantic": "web", "uvicorn": "web", "h11": "web", "latex2mathml": "web",
    "sympy": "solver", "mpmath": "solver",
    "pyarrow": "batch", "fsspec": "batch", "aiohttp": "batch",
    "onnx": "export", "onnxruntime": "export",
    "ray": "ray", "pyspark": "spark", "jax": "machines",
    "ziglang": "fast",
    "keras_tuner": "tune", "tensorboard": "tune", "tensorboardX": "tensorboard",
}  # fmt: skip
"""Library, by the name that is imported → the smallest extra of this package that brings it."""
_NAMES = {
    "keras": "Keras", "tensorflow": "TensorFlow", "sklearn": "scikit-learn", "cv2": "OpenCV", "PIL": "Pillow",
    "ray": "Ray", "pyspark": "PySpark", "jax": "JAX",
    "fastapi": "FastAPI", "sympy": "SymPy", "keras_tuner": "Keras Tuner", "tensorboard": "TensorBoard",
}  # fmt: skip


class MissingExtra(CrohmeError):
    """A library that is not installed; the error says who needs it and what to install.

    Args:
        library: str. A key of `EXTRA_OF`, or one of `BASE`.
        who: str. What cannot be done without it.
    """

    def __init__(self, library: str, who: str) -> None:
        self.library = library
        self.extra = EXTRA_OF.get(library)
        """The extra that brings the library; None for one of `BASE`."""
        name = _NAMES.get(library, library)
        super().__init__(f"{who} needs {name}, which is not installed: {install(self.extra)}")


def install(extra: str | None) -> str:
    """The command that installs an extra, or with None the package alone; in a checkout, the checkout itself."""
    is_checkout = (Path(__file__).resolve().parents[1] / "pyproject.toml").is_file()
    if extra is None:
        return "pip install -e ." if is_checkout else "pip install crohme"
    return f'pip install -e ".[{extra}]"' if is_checkout else f'pip install "crohme[{extra}]"'


def require(extra: str, who: str) -> None:
    """Check an extra before any work: what needs several of its libraries then asks for it once, and at once.

    Args:
        extra: str. A value of `EXTRA_OF`.
        who: str. What needs it, the subject of a sentence.

    Raises:
        MissingExtra: One of the extra's own libraries is not installed.
    """
    with needed_by(who):
        for library in (library for library, its_extra in EXTRA_OF.items() if its_extra == extra):
            if find_spec(library) is None:
                raise MissingExtra(library, who)


@contextmanager
def needed_by(who: str) -> Iterator[None]:
    """Raise MissingExtra for an import in the block that fails for want of an extra.

    Args:
        who: str. What needs them, the subject of a sentence.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in EXTRA_OF and library not in BASE:
            raise
        raise MissingExtra(library, who) from None
