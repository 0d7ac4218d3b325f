"""Creators in the admin: people, agreements, guarantees, the ledger and payouts."""

from creators.admin import connected, guarantees, money, papers, welfare, worktime

__all__ = ["connected", "guarantees", "money", "papers", "welfare", "worktime"]
