"""The catalogue in the admin: goods, offers, drops, and collaborations."""

from catalog.admin import (
    bundles,
    choosing,
    collaborations,
    drops,
    goods,
    offers,
    platform_reports,
    reference,
    reported_goods,
    texts,
    vetoes,
)

__all__ = [
    "bundles",
    "choosing",
    "collaborations",
    "drops",
    "goods",
    "offers",
    "platform_reports",
    "reference",
    "reported_goods",
    "texts",
    "vetoes",
]
