"""Where it happens: shows, rooms, pins, attribution, media."""
