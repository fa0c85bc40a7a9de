"""Bundles in the formats of other engines, for apps."""
