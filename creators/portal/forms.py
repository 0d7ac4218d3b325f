"""Shapes of what creators type; the rules are in services."""

import datetime as dt
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext_lazy as _

from livestreams.models import CaptionChannel, Livestream
from livestreams.services.captions import LANGUAGES
from livestreams.services.planning import ShowPlan
from shopfront.models import Market

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOMENT_FORMAT = "%Y-%m-%dT%H:%M"
YEARS = range(2000, 2200)
"""What lies beyond is a slip of the finger, and no calendar counts on from there."""


class HandleField(forms.RegexField):
    """The handle in the address of a creator's public page."""

    def __init__(self, *, help_text: "StrOrPromise") -> None:
        super().__init__(
            regex=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*\Z",
            label=_("Handle"),
            min_length=3,
            max_length=40,
            help_text=help_text,
            error_messages={
                "invalid": _(
                    "Use letters from a to z, digits, and single hyphens between them."
                )
            },
        )


class ApplicationForm(forms.Form):
    """What a person tells us who wants to host."""

    display_name = forms.CharField(
        label=_("Name shown to others"), max_length=60, min_length=2
    )
    handle = HandleField(
        help_text=_("Letters, digits and hyphens. It becomes your address.")
    )
    is_adult = forms.BooleanField(
        label=_("I am 18 or older and can prove it when asked.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class MarketMomentField(forms.DateTimeField):
    """A moment typed and shown in a market's own time."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["input_formats"] = [MOMENT_FORMAT, "%Y-%m-%dT%H:%M:%S"]
        kwargs["widget"] = forms.DateTimeInput(
            attrs={"type": "datetime-local"}, format=MOMENT_FORMAT
        )
        super().__init__(**kwargs)
        self.zone: dt.tzinfo = dt.UTC

    def to_python(self, value: Any) -> dt.datetime | None:
        """Read a moment in the market's time, of a year that people mean."""
        with timezone.override(self.zone):
            moment = super().to_python(value)
        if moment is not None and moment.year not in YEARS:
            raise forms.ValidationError(
                _("Choose a year from %(first)d to %(last)d."),
                code="year",
                params={"first": YEARS[0], "last": YEARS[-1]},
            )
        return moment

    def prepare_value(self, value: Any) -> Any:
        """Write a moment in the market's time."""
        with timezone.override(self.zone):
            return super().prepare_value(value)


class InvitationForm(forms.Form):
    """Whom an invitation is for, in the host's own words."""

    name = forms.CharField(
        label=_("For whom"),
        max_length=80,
        help_text=_("A name that you will recognise. Only you see it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class SimulcastForm(forms.Form):
    """A further server that gets a copy of a show."""

    name = forms.CharField(
        label=_("Name"), max_length=40, help_text=_("Only you and your team see it.")
    )
    url = forms.CharField(
        label=_("Server"),
        max_length=200,
        help_text=_("As your encoder would use it: rtmp:// or rtmps://"),
    )
    key = forms.CharField(
        label=_("Stream key"),
        max_length=200,
        help_text=_("Kept encrypted. It is not shown again."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


def name_language(code: str) -> str:
    """Return the name of a language in that language."""
    name: str = get_language_info(code)["name_local"]
    return capfirst(name)


class CaptionsForm(forms.Form):
    """A file of captions and its language."""

    language = forms.ChoiceField(label=_("Language"))
    file = forms.FileField(
        label=_("WebVTT file"),
        help_text=_("At most 1 MB. Times count from the beginning of the recording."),
        widget=forms.ClearableFileInput(attrs={"accept": ".vtt,text/vtt"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        language.choices = [(code, name_language(code)) for code in sorted(LANGUAGES)]


class ChannelsForm(forms.Form):
    """The language of each caption channel in the picture."""

    HIDDEN = "none"

    def __init__(self, *args: Any, languages: dict[int, str], **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        names = [(code, name_language(code)) for code in sorted(LANGUAGES)]
        for number in CaptionChannel.NUMBERS:
            self.fields[f"channel_{number}"] = forms.ChoiceField(
                label=f"CC{number}",
                choices=[(self.HIDDEN, _("Not shown")), *names],
                initial=languages.get(number, self.HIDDEN),
            )

    @property
    def languages(self) -> dict[int, str]:
        """The languages by the number of their channel."""
        said = {
            number: self.cleaned_data[f"channel_{number}"]
            for number in CaptionChannel.NUMBERS
        }
        return {n: "" if code == self.HIDDEN else code for n, code in said.items()}


class ShowForm(forms.Form):
    """The plan of a show."""

    title = forms.CharField(label=_("Title"), max_length=120)
    description = forms.CharField(
        label=_("What viewers can expect"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    starts_at = MarketMomentField(label=_("Start"))
    planned_minutes = forms.IntegerField(
        label=_("Planned length, minutes"), min_value=1, max_value=720, initial=60
    )
    language = forms.ChoiceField(label=_("Language you speak"))
    latency = forms.ChoiceField(
        label=_("Delay"),
        choices=Livestream.Latency.choices,
        initial=Livestream.Latency.LOW,
        help_text=_("Low suits talking with viewers; standard forgives slow networks."),
    )

    audience = forms.ChoiceField(
        label=_("Who may watch"),
        choices=Livestream.Audience.choices,
        initial=Livestream.Audience.EVERYBODY,
        help_text=_(
            "It holds for the show, its replay and its clips. Shows for adults or the "
            "invited stand on no public page; people reach them by their link."
        ),
    )

    has_ladder = forms.BooleanField(
        label=_("Offer smaller pictures for slow networks"), required=False
    )

    def __init__(self, *args: Any, market: Market, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        moment, language = self.fields["starts_at"], self.fields["language"]
        assert isinstance(moment, MarketMomentField)
        assert isinstance(language, forms.ChoiceField)
        moment.zone = ZoneInfo(market.time_zone)
        moment.help_text = gettext_lazy("Time in %(zone)s.") % {
            "zone": market.time_zone.replace("_", " ").rpartition("/")[2]
        }
        if not settings.MEDIA_MOST_LADDERS:
            del self.fields["has_ladder"]
        codes = market.languages or ["en"]
        language.choices = [
            (code, capfirst(get_language_info(code)["name_local"])) for code in codes
        ]

    def plan(self) -> ShowPlan:
        """Return the plan as it was typed."""
        return ShowPlan(**self.cleaned_data)


def describe_plan(livestream: Livestream) -> dict[str, Any]:
    """Return a show's plan as the form's first values."""
    names = (
        "title",
        "description",
        "starts_at",
        "planned_minutes",
        "language",
        "latency",
        "audience",
        "has_ladder",
    )
    return {name: getattr(livestream, name) for name in names}


def read_moment(text: str) -> dt.datetime | None:
    """Read a moment of the picture in milliseconds since 1970; None if it is none."""
    if not text.isdecimal() or len(text) > 15:
        return None
    try:
        return dt.datetime.fromtimestamp(int(text) / 1000, tz=dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None
