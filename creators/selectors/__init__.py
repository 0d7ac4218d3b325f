"""Reads of creators: balances, lines, agreements, and checks of the books."""
