"""The networks that read whole expressions, one description per file. See `crohme.bundle.network`."""
