"""Pages of the catalog: the shop, places in waiting lists, drops."""
