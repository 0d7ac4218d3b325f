"""The studio: one screen to run a show (P3). Plain forms; htmx saves the reload."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from creators.portal import (
    asking,
    giving,
    goods,
    moderating,
    offering,
    remote,
    runs,
    steering,
    talking,
    vetoes,
)
from creators.portal.pulse import (
    answer_act,
    answer_pulse,
    describe_parts,
    describe_seat,
)
from creators.portal.seats import for_duties
from creators.selectors.guarantees import find_duty_premium
from livestreams.access.gateways import get_encoder_address, get_intake_address
from livestreams.access.intake import mint_intake_ticket
from livestreams.access.playback import get_stream_name
from livestreams.access.shows import Role
from livestreams.access.studio import Seat
from livestreams.errors import LivestreamMissing
from livestreams.models import Livestream
from livestreams.selectors.briefings import list_accepted
from livestreams.services import publishing, shows
from livestreams.services import studio as acts
from livestreams.services.gateways import place_livestream
from livestreams.services.work_guard import require_seat_time
from livestreams.services.worktime import note_seat
from shopfront.common.errors import DomainError
from shopfront.common.http import is_part

Act = Callable[[HttpRequest, Seat], str]


@require_safe
@for_duties
def studio(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Show the studio to whoever has a duty in the show; strangers find nothing."""
    note_seat(seat)
    if seat.livestream.state == Livestream.State.ENDED and seat.role is Role.HOST:
        return redirect("creators:show-detail", _find_plan(seat.livestream))
    context = describe_seat(seat) | {
        "livestream": seat.livestream,
        "parts": describe_parts(seat),
    }
    if seat.has_duty and seat.livestream.state == Livestream.State.ENDED:
        context["premium"] = find_duty_premium(seat.livestream.public_id, seat.person)
    if seat.runs_show:
        place_livestream(seat.livestream)
        context["server_address"] = get_encoder_address(seat.livestream)
        context["wishes"] = list_accepted(seat.livestream)
        context["stream_name"] = get_stream_name(seat.livestream)
    template = "studio_remote" if seat.is_remote else "studio_detail"
    return render(request, f"creators/{template}.html", context)


@require_safe
@for_duties
def pulse(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Answer what changed in the studio since the page last asked."""
    if "part" not in request.GET:
        note_seat(seat, is_hidden="hidden" in request.GET)
    return answer_pulse(request, seat)


@require_safe
@for_duties
def give_ticket(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Answer where this person's browser sends its picture to, and a ticket for it."""
    if not seat.runs_show:
        raise LivestreamMissing
    place_livestream(seat.livestream)
    ticket = mint_intake_ticket(seat, seat.person)
    address = get_intake_address(seat.livestream)
    return JsonResponse({"address": address, "ticket": ticket})


@require_POST
@for_duties
def change_show(request: HttpRequest, seat: Seat, act: str) -> HttpResponse:
    """Start or end a show, change its key, its offers, what is on screen."""
    if not (seat.steers_show if act in steering.STEERING else seat.runs_show):
        raise LivestreamMissing
    return _try(request, seat, ACTS[act])


@require_POST
@for_duties
def moderate(request: HttpRequest, seat: Seat, act: str) -> HttpResponse:
    """Write into the chat, decide on messages and people, call or answer help."""
    if seat.is_remote and act not in REMOTE_DUTIES:
        raise LivestreamMissing
    return _try(request, seat, DUTIES[act])


def _try(request: HttpRequest, seat: Seat, act: Act) -> HttpResponse:
    try:
        if act not in ALWAYS:
            require_seat_time(seat)
        text = act(request, seat)
    except DomainError as refusal:
        return answer_act(request, seat, refusal.message, level="error")
    seat.livestream.refresh_from_db()
    if act is _end:
        return _leave(request, seat)
    return answer_act(request, seat, text)


def _leave(request: HttpRequest, seat: Seat) -> HttpResponse:
    name = "show-detail" if seat.role is Role.HOST else "studio"
    target = reverse(f"creators:{name}", args=[_find_plan(seat.livestream)])
    if is_part(request):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


def _find_plan(livestream: Livestream) -> str:
    """Return the show whose plan this is: of a rehearsal, the one rehearsed."""
    return (livestream.rehearsal_of or livestream).public_id


def _go_live(request: HttpRequest, seat: Seat) -> str:
    acts.go_live(seat.livestream, by=seat.person)
    if seat.livestream.is_rehearsal:
        return _("The rehearsal runs. Only those you invite see it.")
    return _("You are live.")


def _end(request: HttpRequest, seat: Seat) -> str:
    reason = request.POST.get("reason", "").strip()
    shows.end_livestream(seat.livestream, by=seat.person, reason=reason)
    return ""


def _change_key(request: HttpRequest, seat: Seat) -> str:
    publishing.rotate_stream_key(seat.livestream, by=seat.person)
    return _("The old key is refused from now on. Copy the new one to your encoder.")


ACTS: dict[str, Act] = {
    "start": _go_live,
    "end": _end,
    "key": _change_key,
    **steering.STEERING,
    "remote": remote.make,
    "remote-off": remote.revoke,
    "giveaway-open": giving.open_one,
    "giveaway-close": giving.close_entries,
    "giveaway-draw": giving.draw,
    "part": runs.mark_part,
    "refuse": vetoes.refuse,
    "allow": vetoes.allow,
    "doubt": vetoes.doubt,
    "offer-open": offering.open_offer,
    "offer-close": offering.close_offer,
    "poll-open": asking.open_poll,
    "poll-close": asking.close_poll,
}
ALWAYS = (steering.pause, steering.cover, _end, moderating.call_help)
"""What a co-host or moderator may do whose working time is over."""
DUTIES: dict[str, Act] = {
    "say": talking.say,
    "line": talking.pin_line,
    "line-down": talking.unpin_line,
    "rules": talking.change_rules,
    "remove": moderating.remove,
    "release": moderating.release,
    "keep": moderating.keep,
    "mute": moderating.mute,
    "lift": moderating.lift,
    "ban": moderating.ban,
    "undo": moderating.undo,
    "phrase": moderating.remove_phrase,
    "shield-mode": moderating.switch_shield,
    "help": moderating.call_help,
    "help-answer": moderating.answer_help,
    "question": asking.change_question,
    "goods": goods.decide_goods,
}
REMOTE_DUTIES = frozenset({"help", "question"})
"""What a second device may do beside steering."""
