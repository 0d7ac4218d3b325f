"""Measurements: `make bench` runs each `bench_*.py` and notes what it finds."""
