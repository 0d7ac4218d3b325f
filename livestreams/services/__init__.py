"""Every write of shows and rooms."""
