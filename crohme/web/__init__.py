"""The recogniser over HTTP: a page to write on, and the API behind it."""
