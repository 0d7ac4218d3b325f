"""The site: wiring on top, shared ground below."""
