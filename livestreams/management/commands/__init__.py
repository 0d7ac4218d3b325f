"""Commands of shows: broadcast_demo."""
