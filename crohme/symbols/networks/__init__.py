"""Network architectures, one per file. Keras only; no file format, no data."""
