"""Training, one file per task."""
