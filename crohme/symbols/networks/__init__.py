"""The networks of isolated symbols, one per file: how Keras builds it, and its description. No file format, no data.

See `crohme.symbols.description`. Keras is imported when a network is built, not when its description is read.
"""
