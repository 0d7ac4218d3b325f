"""Reads that assemble shows, rooms and pins."""
