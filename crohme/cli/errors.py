"""What a command says when the user can put it right."""

from __future__ import annotations


class CommandError(Exception):
    """A user's error, told in one line; the command ends with exit code 1."""
