"""Launcher for a clone: `python crohme.py train`. The package of the same name wins on import."""

from crohme.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
