"""The templates of the pages."""

from __future__ import annotations

from pathlib import PurePath

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from crohme.evaluation.mistakes import sign


def template(name: str) -> Template:
    """A template of this package: what is filled in is escaped, and what is not filled in is an error."""
    environment = Environment(
        loader=PackageLoader("crohme.evaluation.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"sign": sign, "basename": lambda path: PurePath(path).name or path}
    return environment.get_template(name)
