"""Launcher: `python crohme.py train` from a clone, without installing. The package has the same name and wins on import."""

from crohme.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
