"""New handwriting out of real handwriting: distorted, exchanged and composed."""
