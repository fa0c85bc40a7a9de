"""What one request may ask for in the tests of the server."""

from crohme.web.limits import RequestLimits

LIMITS = RequestLimits(max_bytes=20_000, max_picture_bytes=30_000, max_strokes=20, max_points=600)
