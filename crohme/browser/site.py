"""The page of `crohme serve` as a static site that recognises in the browser."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from crohme.browser.export import TABLES, check_place, contents_of
from crohme.bundle import Bundle
from inkml_parser.files import filling, write_whole

_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED, _CHECKOUT = _PACKAGE / "_engine", _PACKAGE.parent / "js"
_PAGE, _OWN = _PACKAGE / "web/static", Path(__file__).parent / "static"
_SERVER_ONLY = {"index.html", "api.js", "docs.css", "docs.html", "docs.js"}
_NPM_ONLY = {"background.js", "ink.js", "pad.js", "worker.js"}
_AT_THE_TOP = {"offline-worker.js", "manifest.webmanifest"}
# Whatever the host says, the page asks nobody but the host, and runs no script of others.
_POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'"
)
_HEAD = f"""\
  <meta http-equiv="Content-Security-Policy" content="{_POLICY}">
  <link rel="manifest" href="manifest.webmanifest">
  <link rel="stylesheet" href="static/site.css">
  <script type="module" src="static/offline.js"></script>
</head>"""


def write_site(trained: Bundle, folder: Path) -> int:
    """Write the site, all of it or nothing; other files in the folder stay.

    Args:
        trained: Bundle. Of a stroke transformer.
        folder: Path. Made if missing.

    Returns:
        Its size in bytes.

    Raises:
        BundleError: See `crohme.browser.export.contents_of`.
        PlaceError: The folder has files of those names that are of something else.
        OSError: It cannot be written; what was there is as it was.
    """
    contents = site_of(trained)
    check_place(folder, contents, f"recognizer/{TABLES}")
    with filling(folder) as parts:
        for name, content in contents.items():
            (parts / name).parent.mkdir(parents=True, exist_ok=True)
            write_whole(parts / name, content)
    return sum(map(len, contents.values()))


def site_of(trained: Bundle) -> dict[str, bytes]:
    """All files of the site: path → content."""
    contents = {f"recognizer/{name}": content for name, content in contents_of(trained).items()}
    if card := trained.card:  # with the licence of the weights
        contents["recognizer/README.md"] = card
    for file in sorted(engine().glob("*.js")):
        if file.name not in _NPM_ONLY:
            contents[f"engine/{file.name}"] = file.read_bytes()
    for source in (_PAGE, _OWN):
        for file in sorted(source.rglob("*")):
            name = file.relative_to(source).as_posix()
            if file.is_file() and name not in (_AT_THE_TOP | _SERVER_ONLY if source == _PAGE else _AT_THE_TOP):
                contents[f"static/{name}"] = file.read_bytes()
    contents["manifest.webmanifest"] = (_OWN / "manifest.webmanifest").read_bytes()
    contents["index.html"] = _index().encode()
    contents["offline-worker.js"] = _offline(contents).encode()
    return contents


def engine() -> Path:
    """The folder of the recogniser in JavaScript."""
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


def _index() -> str:
    """The page with relative addresses: it may lie in a folder of its host."""
    text = (_PAGE / "index.html").read_text(encoding="utf-8")
    return text.replace('="/static/', '="static/').replace("</head>", _HEAD, 1)


def _offline(contents: dict[str, bytes]) -> str:
    """The script that keeps all files; its first lines name them, and change with any of them."""
    digest = hashlib.sha256()
    for name, content in sorted(contents.items()):
        digest.update(f"{name} {len(content)}\n".encode() + content)
    files = ["./", *sorted(contents)]
    head = f"const VERSION = {json.dumps(digest.hexdigest()[:16])};\nconst FILES = {json.dumps(files)};\n"
    return head + (_OWN / "offline-worker.js").read_text(encoding="utf-8")
