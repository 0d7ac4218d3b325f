"""The catalogue in the admin: goods, offers, drops, and collaborations."""

from catalog.admin import (
    bundles,
    collaborations,
    drops,
    goods,
    offers,
    platform_reports,
    texts,
    vetoes,
)

__all__ = [
    "bundles",
    "collaborations",
    "drops",
    "goods",
    "offers",
    "platform_reports",
    "texts",
    "vetoes",
]
