"""The invented content of the demo: people, products, shows."""
