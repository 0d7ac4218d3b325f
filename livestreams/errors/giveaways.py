"""Refusals around giveaways."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Denied, Invalid, Missing


class GiveawayMissing(Missing):
    """There is no such giveaway for this person."""

    code = "livestreams.giveaway_missing"
    default_message = _("We found no such giveaway.")


class GiveawayNotAllowed(Denied):
    """The show's market has no terms for giveaways, or needs a permit."""

    code = "livestreams.giveaway_not_allowed"
    default_message = _("Giveaways are not allowed in this country.")


class GiveawayWrong(Invalid):
    """A giveaway that cannot be held so."""

    code = "livestreams.giveaway_wrong"
    default_message = _(
        "A giveaway needs a title, a prize, one to a hundred winners and an end "
        "within thirty days."
    )


class GiveawayOver(Conflict):
    """Entries are not taken any more."""

    code = "livestreams.giveaway_over"
    default_message = _("This giveaway takes no more entries.")


class GiveawayNotOver(Conflict):
    """Nothing is drawn before the end."""

    code = "livestreams.giveaway_not_over"
    default_message = _("Entries are still taken. The draw comes after the end.")


class PublicValueNeeded(Invalid):
    """The draw joins a published number that is not there yet."""

    code = "livestreams.public_value_needed"
    default_message = _("Enter the number that was published after the end.")


class GiveawayAdultsOnly(Denied):
    """Whose age is not assured may not enter."""

    code = "livestreams.giveaway_adults_only"
    default_message = _(
        "Giveaways are for people whose age is confirmed in their account: 18 or more."
    )


class HostsLeftOut(Denied):
    """Who runs the show may not win its prizes."""

    code = "livestreams.hosts_left_out"
    default_message = _("The show's own team and staff cannot enter.")


class GiveawayElsewhere(Denied):
    """A giveaway of another country."""

    code = "livestreams.giveaway_elsewhere"
    default_message = _("This giveaway is for people of another country.")
