"""Whole expressions: the stroke transformer, its features, search, training, and the recogniser."""
