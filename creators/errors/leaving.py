"""Refusals of an application's refusal, of closing and of opening again."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict


class NotApplied(Conflict):
    """Only an application that waits can be refused."""

    code = "creators.not_applied"
    default_message = _("This application is decided already.")


class NotOpen(Conflict):
    """Only an account that is open can be closed."""

    code = "creators.not_open"
    default_message = _("This creator account is not open.")


class NotClosed(Conflict):
    """Only an account that is closed can be opened again."""

    code = "creators.not_closed"
    default_message = _("This creator account is not closed.")


class OnAir(Conflict):
    """Nobody leaves in the middle of their own show."""

    code = "creators.on_air"
    default_message = _("You are on air. End your show first.")
