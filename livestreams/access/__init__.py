"""The only way from an outside id to a show, and the tickets to its room."""
