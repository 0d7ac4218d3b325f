"""Numbered system checks: what the settings allow but a shop must not be run with.

Missing settings stop the start by themselves; these run with `check`, those of
production with `check --deploy`.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

PAYMENT_GATEWAYS = {"sandbox", "stripe"}
SHORTEST_SECRET = 50
SHORTEST_HOOK_SECRET = 30
Apps = Sequence[AppConfig] | None


@register(Tags.security)
def check_choices(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Find values that no process of the shop can work with."""
    found: list[CheckMessage] = []
    if settings.PAYMENT_GATEWAY not in PAYMENT_GATEWAYS:
        found.append(
            Error(
                f"PAYMENT_GATEWAY is {settings.PAYMENT_GATEWAY!r}.",
                hint="Set PAYMENT_GATEWAY to sandbox or stripe.",
                id="shopfront.E001",
            )
        )
    market = settings.DEFAULT_MARKET
    if len(market) != 2 or not market.isupper():
        found.append(
            Error(
                f"DEFAULT_MARKET is {market!r}.",
                hint="Set DEFAULT_MARKET to a country code such as GB.",
                id="shopfront.E002",
            )
        )
    if settings.HOLD_SECONDS < 60:
        found.append(
            Error(
                "HOLD_SECONDS leaves nobody the time to pay.",
                hint="Set HOLD_SECONDS to 60 or more.",
                id="shopfront.E003",
            )
        )
    return found + _check_limits() + _check_store()


def _check_limits() -> list[CheckMessage]:
    """Find limits of the media gateway that no picture would pass."""
    return _broken(
        [
            (
                settings.MEDIA_MOST_KBITS < 500,
                "MEDIA_MOST_KBITS refuses every picture.",
                "Set MEDIA_MOST_KBITS to 500 or more.",
                "shopfront.E004",
            ),
            (
                settings.MEDIA_LONGEST_SIDE < 640,
                "MEDIA_LONGEST_SIDE refuses every picture.",
                "Set MEDIA_LONGEST_SIDE to 640 or more.",
                "shopfront.E005",
            ),
            (
                min(settings.MEDIA_MOST_SHOWS, settings.MEDIA_MOST_HOURS) < 1,
                "MEDIA_MOST_SHOWS or MEDIA_MOST_HOURS leaves no show.",
                "Set MEDIA_MOST_SHOWS and MEDIA_MOST_HOURS to 1 or more.",
                "shopfront.E006",
            ),
        ]
    )


def _check_store() -> list[CheckMessage]:
    """Find a store of files that nothing here can talk to."""
    is_missing = settings.STORE is not None and find_spec("storages") is None
    return _broken(
        [
            (
                is_missing,
                "S3_BUCKET is set, and nothing here speaks S3.",
                "Install the extra s3: pip install '.[s3]'.",
                "shopfront.E007",
            )
        ]
    )


@register(Tags.security, deploy=True)
def check_production(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Find what is right for a demo and wrong for a shop."""
    rules = [
        (
            settings.DEMO,
            "DEMO is on: its cast signs in with a known password.",
            "Unset DEMO.",
            "shopfront.E010",
        ),
        (
            not settings.IS_HTTPS,
            "SITE_URL is not https.",
            "Set SITE_URL to the https:// address of the site.",
            "shopfront.E011",
        ),
        (
            "*" in settings.ALLOWED_HOSTS,
            "ALLOWED_HOSTS lets any name in.",
            "Set ALLOWED_HOSTS to the names of the site.",
            "shopfront.E012",
        ),
        (
            len(settings.SECRET_KEY) < SHORTEST_SECRET,
            "SECRET_KEY is short.",
            f"Set SECRET_KEY to a random text of {SHORTEST_SECRET} characters.",
            "shopfront.E013",
        ),
        (
            settings.IS_EMBEDDED_POSTGRES or settings.IS_EMBEDDED_VALKEY,
            "The embedded engines are for the demo and for tests.",
            "Set DATABASE_URL and REDIS_URL.",
            "shopfront.E014",
        ),
        (
            settings.OUTGOING_INTERNAL,
            "OUTGOING_INTERNAL lets people make us connect to our own network.",
            "Unset OUTGOING_INTERNAL.",
            "shopfront.E015",
        ),
    ]
    return _broken(rules) + _check_money() + _check_media() + _check_proxy()


def _broken(rules: Sequence[tuple[bool, str, str, str]]) -> list[CheckMessage]:
    """Turn the rules that are broken into errors."""
    return [
        Error(message, hint=hint, id=number)
        for is_broken, message, hint, number in rules
        if is_broken
    ]


def _check_money() -> list[CheckMessage]:
    """Find a payment gateway that takes no money."""
    is_stripe = settings.PAYMENT_GATEWAY == "stripe"
    keys = ("SECRET_KEY", "PUBLISHABLE_KEY", "WEBHOOK_SECRET")
    has_keys = all(getattr(settings, f"STRIPE_{name}") for name in keys)
    is_safe = settings.STRIPE_API_BASE.startswith("https://")
    return _broken(
        [
            (
                not is_stripe,
                "The sandbox takes no money.",
                "Set PAYMENT_GATEWAY=stripe.",
                "shopfront.E020",
            ),
            (
                is_stripe and not has_keys,
                "Stripe's keys are missing.",
                "Set STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY and "
                "STRIPE_WEBHOOK_SECRET.",
                "shopfront.E021",
            ),
            (
                is_stripe and not is_safe,
                "STRIPE_API_BASE is not https: the key would go in clear text.",
                "Unset STRIPE_API_BASE.",
                "shopfront.E022",
            ),
        ]
    )


def _check_media() -> list[CheckMessage]:
    """Find a media gateway that browsers or nginx could not be trusted with."""
    return _broken(
        [
            (
                settings.IS_HTTPS and not settings.MEDIA_BASE_URL.startswith("https:"),
                "Browsers refuse media over http on an https page.",
                "Set MEDIA_BASE_URL to an https:// address.",
                "shopfront.E030",
            ),
            (
                settings.MEDIA_SECRET == settings.SECRET_KEY,
                "Media tokens are signed with SECRET_KEY, which nginx must not know.",
                "Set MEDIA_SECRET to a random text of its own.",
                "shopfront.E031",
            ),
            (
                0 < len(settings.MEDIA_HOOK_SECRET) < SHORTEST_HOOK_SECRET,
                "MEDIA_HOOK_SECRET is short.",
                f"Set MEDIA_HOOK_SECRET to {SHORTEST_HOOK_SECRET} random characters.",
                "shopfront.E032",
            ),
            (
                settings.STORE is not None
                and settings.IS_HTTPS
                and not settings.STORE.origin.startswith("https:"),
                "Browsers refuse files over http on an https page.",
                "Set S3_ENDPOINT_URL to an https:// address.",
                "shopfront.E033",
            ),
        ]
    )


def _check_proxy() -> list[CheckMessage]:
    """Find rate limits that all visitors would share."""
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        return []
    return [
        Warning(
            "Behind a proxy all visitors would share one rate limit.",
            hint="Set TRUSTED_PROXY_COUNT to the number of proxies before the site.",
            id="shopfront.W040",
        )
    ]
