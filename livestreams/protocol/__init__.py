"""What travels over the room's socket: typed commands and events."""
