"""Isolated symbols: their networks, features, training, and the recogniser."""
