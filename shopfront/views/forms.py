"""Shape of what people type about themselves."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from livestreams.services.names import check_name
from shopfront.common.errors import DomainError
from shopfront.markets import get_current_market, list_selling_markets
from shopfront.models import Market, User
from shopfront.services.people import set_profile


def _name_field() -> forms.CharField:
    return forms.CharField(
        label=_("Name shown to others"),
        max_length=60,
        help_text=_("Beside what you write in the chat. It need not be your real one."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )


def _check_name(name: str, market: Market | None, language: str | None) -> str:
    try:
        return check_name(
            name,
            market_id=market.pk if market else None,
            language=language or settings.LANGUAGE_CODE,
        )
    except DomainError as refusal:
        raise forms.ValidationError(refusal.message) from refusal


class SignupForm(forms.Form):
    """What a new person tells beside address and password; age is never asked (S6)."""

    display_name = _name_field()

    def clean_display_name(self) -> str:
        """Refuse a name that no room would show."""
        return _check_name(self.cleaned_data["display_name"], None, get_language())

    def signup(self, request: HttpRequest, user: User) -> None:
        """Store the name with the language and market of the page."""
        set_profile(
            user,
            display_name=self.cleaned_data["display_name"],
            language=get_language() or settings.LANGUAGE_CODE,
            market=get_current_market(request),
        )


class ProfileForm(forms.Form):
    """What a person may set for themselves."""

    display_name = _name_field()
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    market = forms.ChoiceField(label=_("Country you shop in"))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        """Offer the markets that sell, and the one the person is in."""
        super().__init__(*args, **kwargs)
        self._user = user
        markets = {market.code: market for market in list_selling_markets()}
        if user.market is not None:
            markets.setdefault(user.market.code, user.market)
        self.markets = markets
        field = self.fields["market"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                (code, row.name_in(get_language() or settings.LANGUAGE_CODE))
                for code, row in markets.items()
            ]

    def clean_display_name(self) -> str:
        """Refuse a name that no room would show."""
        market, name = self._user.market, self.cleaned_data["display_name"]
        return _check_name(name, market, self._user.language)
