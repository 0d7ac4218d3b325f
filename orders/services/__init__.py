"""Every write of the orders app: carts, checkouts, payments, mails."""
