"""Pages of the site that mix all apps."""
