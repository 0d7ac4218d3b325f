"""Template tags of shows."""
