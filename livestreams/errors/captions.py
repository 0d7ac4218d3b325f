"""Refusals of captions that come in the picture, with stable codes."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Invalid


class LanguageTwice(Invalid):
    """Two channels of captions in one language."""

    code = "livestreams.language_twice"
    default_message = _("Give each channel of captions a language of its own.")


class CaptionsInPicture(Conflict):
    """Lines of a recogniser where the picture carries captions already."""

    code = "livestreams.captions_in_picture"
    default_message = _("The picture carries captions in this language already.")
