"""Refusals around a creator's team."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Denied, Missing


class MemberMissing(Missing):
    """No such member, or an invitation that was withdrawn."""

    code = "livestreams.member_missing"
    default_message = _("We cannot find this invitation. It may have been withdrawn.")


class MemberTaken(Conflict):
    """An invitation that another account took, or a person who is in the team."""

    code = "livestreams.member_taken"
    default_message = _("This person was asked already, or is in the team.")


class MemberYoung(Denied):
    """Who has a duty in a show is 18 and checked (P1)."""

    code = "livestreams.member_young"
    default_message = _(
        "Duties in shows are for people whose age is confirmed: 18 or more."
    )


class MemberSelf(Denied):
    """The host has the first duty already."""

    code = "livestreams.member_self"
    default_message = _("You host your shows; nobody can have a second duty in them.")


class TeamFull(Conflict):
    """More people than a team may have."""

    code = "livestreams.team_full"
    default_message = _("A team has 20 people at most. Take somebody out first.")
