"""Pages of the creator portal; on top of all apps."""
