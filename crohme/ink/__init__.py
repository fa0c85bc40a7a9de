"""Ink and pictures of it: strokes with what they write, drawn, traced, read from picture files, exported."""
