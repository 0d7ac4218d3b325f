"""Commands of shows."""
