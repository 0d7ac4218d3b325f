"""Refusals around reported pictures, with stable codes."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Denied, Missing


class PictureGone(Missing):
    """There is no picture, or another one took its place meanwhile."""

    code = "livestreams.picture_gone"
    default_message = _("This picture is not there any more.")


class OwnPicture(Denied):
    """Nobody decides on reports of a picture that they put up."""

    code = "livestreams.own_picture"
    default_message = _("Somebody else has to decide on reports of your own picture.")


class PictureDecided(Conflict):
    """Somebody decided before."""

    code = "livestreams.picture_decided"
    default_message = _("This picture was decided on already.")


class PictureNotDown(Conflict):
    """It was never taken down, or somebody put it back before."""

    code = "livestreams.picture_not_down"
    default_message = _("This picture is not taken down.")


class ReportedTooOften(Conflict):
    """One person reports one picture after another."""

    code = "livestreams.pictures_reported_too_often"
    default_message = _("You reported many pictures just now. Go on in a while.")
