"""Each numbered check finds its fault, and says what to set."""

import pytest
from django.core.checks import CheckMessage
from pytest_django.fixtures import Settings

from shopfront import checks

SOUND: dict[str, object] = {
    "DEMO": False,
    "IS_HTTPS": True,
    "ALLOWED_HOSTS": ["shop.example"],
    "SECRET_KEY": "k" * 50,
    "IS_EMBEDDED_POSTGRES": False,
    "IS_EMBEDDED_VALKEY": False,
    "PAYMENT_GATEWAY": "stripe",
    "STRIPE_SECRET_KEY": "sk",
    "STRIPE_PUBLISHABLE_KEY": "pk",
    "STRIPE_WEBHOOK_SECRET": "wh",
    "STRIPE_API_BASE": "https://api.stripe.com",
    "MEDIA_BASE_URL": "https://media.shop.example",
    "MEDIA_SECRET": "m" * 50,
    "MEDIA_HOOK_SECRET": "h" * 40,
    "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
    "DEFAULT_MARKET": "GB",
    "HOLD_SECONDS": 600,
    "MEDIA_MOST_KBITS": 16_000,
    "MEDIA_LONGEST_SIDE": 3_840,
    "MEDIA_MOST_SHOWS": 40,
    "MEDIA_MOST_HOURS": 12,
}


def found(settings: Settings, **changes: object) -> list[CheckMessage]:
    """Run all checks on sound settings with changes."""
    for name, value in (SOUND | changes).items():
        setattr(settings, name, value)
    return checks.check_choices(None) + checks.check_production(None)


def test_sound_settings_pass(settings: Settings) -> None:
    assert found(settings) == []


@pytest.mark.parametrize(
    ("number", "changes"),
    [
        ("shopfront.E001", {"PAYMENT_GATEWAY": "barter"}),
        ("shopfront.E002", {"DEFAULT_MARKET": "Britain"}),
        ("shopfront.E003", {"HOLD_SECONDS": 5}),
        ("shopfront.E004", {"MEDIA_MOST_KBITS": 100}),
        ("shopfront.E005", {"MEDIA_LONGEST_SIDE": 320}),
        ("shopfront.E006", {"MEDIA_MOST_HOURS": 0}),
        ("shopfront.E010", {"DEMO": True}),
        ("shopfront.E011", {"IS_HTTPS": False}),
        ("shopfront.E012", {"ALLOWED_HOSTS": ["*"]}),
        ("shopfront.E013", {"SECRET_KEY": "short"}),
        ("shopfront.E014", {"IS_EMBEDDED_POSTGRES": True}),
        ("shopfront.E014", {"IS_EMBEDDED_VALKEY": True}),
        ("shopfront.E015", {"OUTGOING_INTERNAL": True}),
        ("shopfront.E020", {"PAYMENT_GATEWAY": "sandbox"}),
        ("shopfront.E021", {"STRIPE_WEBHOOK_SECRET": ""}),
        ("shopfront.E021", {"STRIPE_PUBLISHABLE_KEY": ""}),
        ("shopfront.E022", {"STRIPE_API_BASE": "http://api.stripe.com"}),
        ("shopfront.E030", {"MEDIA_BASE_URL": "http://media.shop.example"}),
        ("shopfront.E031", {"MEDIA_SECRET": "k" * 50}),
        ("shopfront.E032", {"MEDIA_HOOK_SECRET": "short"}),
        ("shopfront.W040", {"ALLAUTH_TRUSTED_PROXY_COUNT": 0}),
    ],
)
def test_a_fault_is_found_and_the_remedy_named(
    settings: Settings, number: str, changes: dict[str, object]
) -> None:
    messages = {message.id: message for message in found(settings, **changes)}
    assert number in messages
    assert "et " in str(messages[number].hint)
