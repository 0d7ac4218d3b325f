"""The studio's parts: each is sent again only when what it shows has changed."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string

from catalog.models import Veto
from creators.portal.health import draw_health, give_advice
from creators.portal.room_plot import RoomPlot, draw_room
from livestreams.access.studio import Seat
from livestreams.broadcast.counts import count_viewers
from livestreams.models import Livestream
from livestreams.selectors.giveaways import read_studio_giveaways
from livestreams.selectors.moderation import read_help
from livestreams.selectors.numbers import read_live_numbers
from livestreams.selectors.offers import read_studio_offers
from livestreams.selectors.polls import read_studio_polls
from livestreams.selectors.questions import read_studio_questions
from livestreams.selectors.remotes import read_remotes
from livestreams.selectors.rules import read_studio_line, read_studio_rules
from livestreams.selectors.runs import read_run
from livestreams.selectors.sales import read_sales
from livestreams.selectors.shieldings import read_shield
from livestreams.selectors.simulcast import list_targets
from livestreams.selectors.solo import read_solo
from livestreams.selectors.studio import (
    ShowStanding,
    read_barred,
    read_chat,
    read_controls,
    read_mutes,
    read_shelf,
    read_standing,
)
from livestreams.selectors.waiting import read_desk, read_waiting
from livestreams.selectors.worktime import read_time
from shopfront.common.http import is_part


def _read_standing(livestream: Livestream) -> ShowStanding:
    """Return how a show stands and how many watch; one round trip to Valkey."""
    public_id = livestream.public_id
    return read_standing(livestream, count_viewers([public_id]).get(public_id, 0))


def read_live_plot(livestream: Livestream) -> RoomPlot | None:
    """Return the plot of a room's last half hour; one query."""
    return draw_room(read_live_numbers(livestream))


Read = Callable[[Livestream], Any]
PARTS: dict[str, Read] = {
    "state": _read_standing,
    "barred": read_barred,
    "health": draw_health,
    "advice": give_advice,
    "controls": read_controls,
    "solo": read_solo,
    "run": read_run,
    "shelf": read_shelf,
    "offers": read_studio_offers,
    "sales": read_sales,
    "simulcast": list_targets,
    "line": read_studio_line,
    "chat": read_chat,
    "shield": read_shield,
    "rules": read_studio_rules,
    "numbers": read_live_plot,
    "mutes": read_mutes,
    "help": read_help,
    "waiting": read_waiting,
    "desk": read_desk,
    "questions": read_studio_questions,
    "polls": read_studio_polls,
    "giveaways": read_studio_giveaways,
    "remotes": read_remotes,
}
CALM: dict[str, Read] = {
    "chat": lambda show: read_chat(show, is_calm=True),
}
FOR_MODERATORS = (
    "state",
    "barred",
    "help",
    "waiting",
    "desk",
    "line",
    "chat",
    "shield",
    "mutes",
    "rules",
    "numbers",
    "questions",
)
FOR_REMOTES = ("state", "solo", "shelf", "help", "questions")


def describe_parts(
    seat: Seat, wanted: Collection[str] = ()
) -> dict[str, dict[str, Any]]:
    """Return what parts of a person's studio show, with their digests.

    Args:
        seat: who looks, in what duty.
        wanted: names of parts; none means all that the duty sees.
    """
    parts = {}
    for name in _list_names(seat):
        if wanted and name not in wanted:
            continue
        if seat.is_shielded and name == "waiting":
            continue  # the host's screen stays calm: that is moderators' work
        read = CALM.get(name, PARTS[name]) if seat.is_shielded else PARTS[name]
        parts[name] = _seal(read(seat.livestream))
    if not seat.is_remote and not wanted:
        parts["time"] = _seal(read_time(seat))
    return parts


def _list_names(seat: Seat) -> Iterable[str]:
    if seat.is_remote:
        return FOR_REMOTES
    return PARTS if seat.runs_show else FOR_MODERATORS


def _seal(value: Any) -> dict[str, Any]:
    digest = hashlib.sha256(repr(value).encode()).hexdigest()[:16]
    return {"value": value, "digest": digest}


def answer_pulse(
    request: HttpRequest, seat: Seat, *, toast: tuple[str, str] | None = None
) -> HttpResponse:
    """Answer the parts that differ from what the page has; nothing new is 204.

    `part` in the address asks for some parts only, more often than for all.
    """
    known = request.GET | request.POST if request.POST else request.GET
    body = "".join(
        render_part(request, seat, name, part)
        for name, part in describe_parts(seat, request.GET.getlist("part")).items()
        if known.get(f"digest-{name}") != part["digest"]
    )
    response = HttpResponse(body, status=200 if body else 204)
    if toast is not None:
        text, level = toast
        event = {"toast": {"text": text, "level": level}}
        response["HX-Trigger"] = json.dumps(event)
    response["Cache-Control"] = "private, no-store"
    return response


def render_part(
    request: HttpRequest, seat: Seat, name: str, part: dict[str, Any]
) -> str:
    """Write one part so that it takes the place of the one on the page."""
    context = describe_seat(seat) | {"part": part, "is_swap": True}
    return render_to_string(f"creators/_studio_{name}.html", context, request)


def describe_seat(seat: Seat) -> dict[str, Any]:
    """Return what all parts know of the show and the person."""
    return {
        "show": seat.livestream,
        "zone": seat.livestream.market.time_zone,
        "runs_show": seat.runs_show,
        "is_remote": seat.is_remote,
        "role": seat.role,
        "veto_reasons": Veto.Reason.choices,
    }


def answer_act(
    request: HttpRequest, seat: Seat, text: str, *, level: str = "success"
) -> HttpResponse:
    """Answer an act: new parts to htmx, else the page again with a message."""
    if is_part(request):
        return answer_pulse(request, seat, toast=(text, level) if text else None)
    if text:
        write = messages.error if level == "error" else messages.success
        write(request, text)
    return redirect("creators:studio", seat.livestream.public_id)
