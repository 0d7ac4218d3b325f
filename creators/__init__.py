"""Who sells and is paid: creators, agreements, the ledger."""
