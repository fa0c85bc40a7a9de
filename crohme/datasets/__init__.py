"""The data sets: where they lie, how they are split, and the isolated symbols in them."""
