"""Shared ground without models: errors, money, ids, clock, limits, jobs."""
