"""Which letters a creator wants."""

from creators.models import Creator, MutedNotice, Notice


def wants_notice(creator: Creator, kind: Notice) -> bool:
    """Whether a creator wants letters of a kind; one query."""
    return not MutedNotice.objects.filter(creator=creator, kind=kind).exists()


def list_wanted(creator: Creator) -> list[str]:
    """Return the kinds of letters that a creator wants; one query."""
    rows = MutedNotice.objects.filter(creator=creator).values_list("kind", flat=True)
    muted = set(rows)
    return [kind for kind in Notice.values if kind not in muted]
