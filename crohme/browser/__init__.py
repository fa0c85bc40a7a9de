"""What a browser needs to recognise without a server: a bundle as tables and weights that JavaScript reads."""
