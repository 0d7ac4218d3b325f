"""Refusals of names and runs that no bank file can carry."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Invalid


class HolderWrong(Invalid):
    """An account holder whose name no bank file can carry."""

    code = "creators.holder_wrong"
    default_message = _(
        "Write the account holder's name in letters, as your bank knows it."
    )


class FileUnwritable(Conflict):
    """A payout run whose file the bank would refuse."""

    code = "creators.file_unwritable"
    default_message = _(
        "The bank's file cannot be written: check the payer's name and account in the "
        "payout rule. Nothing was released."
    )
