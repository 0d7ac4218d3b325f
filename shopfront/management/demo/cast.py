"""People of the demo: the cast who sign in, and the creators."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group

from catalog.models import Brand, BrandMember
from creators.models import Creator
from orders.models import Address
from shopfront.common import clock
from shopfront.models import Market, User
from shopfront.services.roles import ensure_roles

PASSWORD = "demo"  # noqa: S105 - of a cast that exists in the demo only
DOMAIN = "demo.example"


@dataclass(frozen=True)
class Host:
    """A creator of the demo."""

    mailbox: str
    handle: str
    name: str
    bio: str
    market: str = "GB"


HOSTS = (
    Host(
        "creator",
        "ines-makes-rooms",
        "Ines Okafor",
        "I furnish small flats for a living and show what works, live, twice a week.",
    ),
    Host(
        "theo",
        "theo-in-focus",
        "Theo Lindqvist",
        "Film cameras, honest repairs and how to use the one you have.",
    ),
    Host(
        "maya",
        "maya-on-the-move",
        "Maya Rahman",
        "Runner, climber, cautious cyclist. I try things until they break.",
    ),
    Host(
        "jonas",
        "jonas-and-the-jungle",
        "Jonas Weber",
        "Two hundred houseplants and counting. Ask me why yours is sulking.",
    ),
    Host(
        "aileen",
        "aileen-solders",
        "Aileen McBride",
        "Computers explained at the kitchen table, without the shouting.",
    ),
    Host(
        "priya",
        "priya-steps-out",
        "Priya Nair",
        "Shoes, from last to laces, and which ones your feet will thank you for.",
    ),
    Host(
        "frieda",
        "frieda-sitzt",
        "Frieda Brandt",
        "Ich richte kleine Wohnungen ein und probiere jeden Stuhl selbst aus.",
        market="DE",
    ),
)


def ensure_user(mailbox: str, *, market: Market, **facts: Any) -> User:
    """Return a person of the demo, made with a confirmed address when missing."""
    email = f"{mailbox}@{DOMAIN}"
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(
            email,
            PASSWORD,
            market=market,
            is_demo=True,
            age_assured_at=clock.now(),
            age_method="demo",
            **facts,
        )
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def ensure_cast(market: Market) -> dict[str, User]:
    """Make the people who sign in; addresses and roles are the public surface."""
    adult = User.AgeBand.ADULT
    cast: dict[str, dict[str, Any]] = {
        "shopper": {"display_name": "Sam", "age_band": adult},
        "shopper2": {"display_name": "Robin", "age_band": adult},
        "moderator": {"display_name": "Noor", "age_band": adult, "is_staff": True},
        "brand": {"display_name": "Harrow & Daughters", "age_band": adult},
        "staff": {"display_name": "Staff", "age_band": adult, "is_staff": True},
        "admin": {
            "display_name": "Admin",
            "age_band": adult,
            "is_staff": True,
            "is_superuser": True,
        },
        "teen": {"display_name": "Kit", "age_band": User.AgeBand.UNDER_18},
    }
    people = {
        name: ensure_user(name, market=market, **facts) for name, facts in cast.items()
    }
    ensure_roles()
    people["staff"].groups.set(Group.objects.filter(name="staff"))
    people["moderator"].groups.set(Group.objects.filter(name="moderators"))
    Address.objects.get_or_create(
        user=people["shopper"],
        defaults={
            "name": "Sam Shopper",
            "street": "12 Canal Street",
            "city": "Leeds",
            "postcode": "LS1 4AP",
            "country": "GB",
        },
    )
    return people


def ensure_hosts(markets: Mapping[str, Market]) -> list[Creator]:
    """Make the verified creators, each in a market."""
    creators = []
    for host in HOSTS:
        market = markets[host.market]
        user = ensure_user(
            host.mailbox,
            market=market,
            display_name=host.name,
            age_band=User.AgeBand.ADULT,
        )
        creator, _ = Creator.objects.get_or_create(
            user=user,
            defaults={
                "market": market,
                "handle": host.handle,
                "display_name": host.name,
                "bio": host.bio,
                "state": Creator.State.VERIFIED,
            },
        )
        creators.append(creator)
    return creators


def join_brand(user: User, brand: Brand) -> None:
    """Let a person act for a brand."""
    BrandMember.objects.get_or_create(brand=brand, user=user)
