"""What is sold: brands, products, prices, stock."""
