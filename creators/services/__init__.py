"""Every write of creators: people, the ledger, sales, settlement."""
