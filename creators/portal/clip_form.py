"""What a creator types to cut a clip."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class TitleForm(forms.Form):
    """What a clip is called."""

    title = forms.CharField(label=_("Title"), max_length=120, min_length=2)


class ClipForm(TitleForm):
    """A title, and both ends in seconds of the recording."""

    starts = forms.FloatField(
        label=_("Begins at, seconds"), min_value=0, max_value=86_400, initial=0
    )
    ends = forms.FloatField(
        label=_("Ends at, seconds"), min_value=0, max_value=86_400, initial=15
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name in ("starts", "ends"):
            self.fields[name].widget.attrs["step"] = "0.1"

    @property
    def from_ms(self) -> int:
        """Where the clip begins."""
        seconds: float = self.cleaned_data["starts"]
        return round(seconds * 1000)

    @property
    def until_ms(self) -> int:
        """Where it ends."""
        seconds: float = self.cleaned_data["ends"]
        return round(seconds * 1000)
