"""The ground that every app may name."""
