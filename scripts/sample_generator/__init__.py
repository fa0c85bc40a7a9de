"""Writes the embedded sample of handwritten expressions (data/sample) from stroke glyphs."""
