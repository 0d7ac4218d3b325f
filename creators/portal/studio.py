"""The studio: one screen to run a show (P3). Plain forms; htmx saves the reload."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import get_product_by_id
from creators.portal import asking, goods, moderating, offering, talking
from creators.portal.forms import read_moment
from creators.portal.pulse import (
    answer_act,
    answer_pulse,
    describe_parts,
    describe_seat,
)
from livestreams.access.gateways import get_encoder_address, get_intake_address
from livestreams.access.intake import mint_intake_ticket
from livestreams.access.playback import get_stream_name
from livestreams.access.shows import Role, get_pin_for
from livestreams.access.studio import Seat, get_studio_seat
from livestreams.errors import LivestreamMissing
from livestreams.models import Livestream
from livestreams.services import pins, publishing, shows
from livestreams.services import studio as acts
from livestreams.services.gateways import place_livestream
from shopfront.common.errors import DomainError
from shopfront.common.http import is_part, person_of

Act = Callable[[HttpRequest, Seat], str]


@login_required
@never_cache
@require_safe
def studio(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the studio to whoever has a duty in the show; strangers find nothing."""
    seat = get_studio_seat(request.user, public_id)
    if seat.livestream.state == Livestream.State.ENDED and seat.role is Role.HOST:
        return redirect("creators:show-detail", _find_plan(seat.livestream))
    context = describe_seat(seat) | {
        "livestream": seat.livestream,
        "parts": describe_parts(seat),
    }
    if seat.runs_show:
        place_livestream(seat.livestream)
        context["server_address"] = get_encoder_address(seat.livestream)
        context["stream_name"] = get_stream_name(seat.livestream)
    return render(request, "creators/studio_detail.html", context)


@login_required
@never_cache
@require_safe
def pulse(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer what changed in the studio since the page last asked."""
    return answer_pulse(request, get_studio_seat(request.user, public_id))


@login_required
@never_cache
@require_safe
def give_ticket(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer where this person's browser sends its picture to, and a ticket for it."""
    seat = get_studio_seat(request.user, public_id)
    if not seat.runs_show:
        raise LivestreamMissing
    place_livestream(seat.livestream)
    ticket = mint_intake_ticket(seat, person_of(request))
    address = get_intake_address(seat.livestream)
    return JsonResponse({"address": address, "ticket": ticket})


@login_required
@require_POST
def change_show(request: HttpRequest, public_id: str, act: str) -> HttpResponse:
    """Start, pause, resume or end a show, change its key, pin or unpin a product."""
    seat = get_studio_seat(request.user, public_id)
    if not seat.runs_show:
        raise LivestreamMissing
    return _try(request, seat, ACTS[act])


@login_required
@require_POST
def moderate(request: HttpRequest, public_id: str, act: str) -> HttpResponse:
    """Write into the chat, decide on messages and people, call or answer help."""
    seat = get_studio_seat(request.user, public_id)
    return _try(request, seat, DUTIES[act])


def _try(request: HttpRequest, seat: Seat, act: Act) -> HttpResponse:
    try:
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
    acts.go_live(seat.livestream, by=person_of(request))
    if seat.livestream.is_rehearsal:
        return _("The rehearsal runs. Only those you invite see it.")
    return _("You are live.")


def _pause(request: HttpRequest, seat: Seat) -> str:
    shows.pause_livestream(seat.livestream, by=person_of(request))
    return _("Viewers see the break slate. The room stays open.")


def _resume(request: HttpRequest, seat: Seat) -> str:
    shows.resume_livestream(seat.livestream, by=person_of(request))
    return _("You are live again.")


def _end(request: HttpRequest, seat: Seat) -> str:
    reason = request.POST.get("reason", "").strip()
    shows.end_livestream(seat.livestream, by=person_of(request), reason=reason)
    return ""


def _change_key(request: HttpRequest, seat: Seat) -> str:
    publishing.rotate_stream_key(seat.livestream, by=person_of(request))
    return _("The old key is refused from now on. Copy the new one to your encoder.")


def _pin(request: HttpRequest, seat: Seat) -> str:
    product = get_product_by_id(request.POST.get("product", ""))
    moment = read_moment(request.POST.get("media_time", ""))
    pins.place_pin(seat.livestream, product, by=person_of(request), media_time=moment)
    return ""


def _unpin(request: HttpRequest, seat: Seat) -> str:
    pin = get_pin_for(seat.livestream, request.POST.get("pin", ""))
    pins.remove_pin(pin, by=person_of(request))
    return ""


ACTS: dict[str, Act] = {
    "start": _go_live,
    "pause": _pause,
    "resume": _resume,
    "end": _end,
    "key": _change_key,
    "pin": _pin,
    "unpin": _unpin,
    "offer-open": offering.open_offer,
    "offer-close": offering.close_offer,
    "poll-open": asking.open_poll,
    "poll-close": asking.close_poll,
}
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
