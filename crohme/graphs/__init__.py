"""Networks as computation graphs of other engines, written by running them on symbols in place of arrays."""
