"""Every write of the catalog app: stock, prices, products, pictures."""
