"""Sets of pictures of symbols: read once, stored, divided without near duplicates on two sides."""
