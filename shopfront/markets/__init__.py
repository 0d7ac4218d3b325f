"""Rules of a market: display of money, tax, stages."""
