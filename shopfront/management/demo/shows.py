"""Shows of the demo: three live at once and one in Germany, two ahead, one over."""

import datetime as dt
from dataclasses import dataclass

from catalog.models import Brand, Product
from creators.models import Creator
from livestreams.media.demo_video import FADE_SECONDS, SLIDE_SECONDS
from livestreams.models import (
    BrandAlertRule,
    CoHost,
    DutyShift,
    Livestream,
    LivestreamProduct,
    Pin,
    RunItem,
)
from livestreams.services.pins import place_pin
from livestreams.services.shows import end_livestream, start_livestream
from shopfront.common import clock
from shopfront.management.demo.reports import fill_seats
from shopfront.models import Market, User

State = Livestream.State
SHELF_LENGTH = 8
TALKING_POINT = "What it is made of, who it suits, and whom it does not"
ON_DUTY = dt.timedelta(days=90)


@dataclass(frozen=True)
class Plan:
    """A show of the demo: who hosts it, when, and which shelf it shows."""

    host: int
    title: str
    description: str
    category: str
    hours_ahead: int = 0
    is_over: bool = False
    language: str = "en"
    also: str = ""
    """A product that is shown after the shelf's first ones."""


PLANS = (
    Plan(
        0,
        "Five chairs for a small kitchen",
        "Sitting, stacking and storing: five chairs tried at one real table.",
        "Furniture",
    ),
    Plan(
        1,
        "Film cameras under the loupe",
        "What to look for before you buy a camera older than you are.",
        "Cameras",
    ),
    Plan(
        3,
        "Plants that forgive you",
        "Bring a photograph of the corner and I will find you its plant.",
        "Plants",
        also="leaf-and-root-plant-food",
    ),
    Plan(
        6,
        "Fünf Stühle für eine kleine Küche",
        "Sitzen, stapeln, verstauen: fünf Stühle an einem echten Tisch ausprobiert.",
        "Furniture",
        language="de",
    ),
    Plan(
        5,
        "Which running shoe, and why",
        "Five pairs, one treadmill, and a lot of questions about arches.",
        "Shoes",
        hours_ahead=4,
    ),
    Plan(
        2,
        "A weekend with one rucksack",
        "Tent, ball, rope, board: what goes in and what stays at home.",
        "Outdoors",
        hours_ahead=27,
    ),
    Plan(
        4,
        "A quiet desk for under £500",
        "Keyboard, mouse, monitor, cable: what makes an evening's work calm.",
        "Computers",
        hours_ahead=-26,
        is_over=True,
    ),
)


def ensure_shows(creators: list[Creator], moderator: User) -> list[Livestream]:
    """Make the shows, and keep four on air and two ahead whatever the date."""
    return [_ensure_show(plan, creators[plan.host], moderator) for plan in PLANS]


def ensure_duty(staff: User, brand: Brand) -> None:
    """Put somebody of staff on duty, and let a brand's goods leave the screen."""
    now = clock.now()
    markets = Market.objects.exclude(duty_shifts__ends_at__gt=now)
    DutyShift.objects.bulk_create(
        DutyShift(market=market, user=staff, starts_at=now, ends_at=now + ON_DUTY)
        for market in markets
    )
    BrandAlertRule.objects.get_or_create(brand=brand)


def _ensure_show(plan: Plan, creator: Creator, moderator: User) -> Livestream:
    begins = _start_of(plan)
    rows = Livestream.objects.filter(creator=creator, title=plan.title, is_demo=True)
    if not plan.is_over:
        rows = rows.exclude(state=State.ENDED)
    show = rows.order_by("-id").first()
    if show is None:
        show = Livestream.objects.create(
            creator=creator,
            market=creator.market,
            title=plan.title,
            description=plan.description,
            language=plan.language,
            starts_at=begins,
            is_demo=True,
        )
        _fill_shelf(show, plan)
        _plan_run(show)
        CoHost.objects.create(
            livestream=show, user=moderator, duty=CoHost.Duty.MODERATOR
        )
    if plan.is_over:
        _end(show)
    elif plan.hours_ahead:
        _move_ahead(show, begins)
    else:
        _put_on_air(show)
    return show


def _start_of(plan: Plan) -> dt.datetime:
    """Return a start on a full hour."""
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    return hour + dt.timedelta(hours=plan.hours_ahead)


def _fill_shelf(show: Livestream, plan: Plan) -> None:
    products = Product.objects.filter(category__name=plan.category).order_by("id")
    also = Product.objects.filter(slug=plan.also)
    LivestreamProduct.objects.bulk_create(
        LivestreamProduct(livestream=show, product=product, position=position)
        for position, product in enumerate([*products[:SHELF_LENGTH], *also])
    )


def _plan_run(show: Livestream) -> None:
    """Plan half an hour of preparation, a welcome, the products and a break."""
    kind = RunItem.Kind
    shown = [
        RunItem(kind=kind.PRODUCT, product=row.product, minutes=10, text=TALKING_POINT)
        for row in show.shelf.select_related("product")[:4]
    ]
    parts = [
        RunItem(kind=kind.PREPARATION, minutes=30, text="Light, samples, notes"),
        RunItem(kind=kind.TALK, minutes=5, text="Welcome, and what comes today"),
        *shown[:2],
        RunItem(kind=kind.BREAK, minutes=5),
        *shown[2:],
        RunItem(kind=kind.TALK, minutes=10, text="Your questions"),
    ]
    for position, part in enumerate(parts):
        part.livestream, part.position = show, position
    RunItem.objects.bulk_create(parts)


def _put_on_air(show: Livestream) -> None:
    start_livestream(show)
    if not Pin.objects.filter(livestream=show, removed_at=None).exists():
        first = show.shelf.select_related("product").first()
        if first is not None:
            place_pin(show, first.product, by=show.creator.user)


def _move_ahead(show: Livestream, begins: dt.datetime) -> None:
    if show.starts_at > clock.now():
        return
    show.starts_at = begins
    show.calendar_sequence += 1
    show.save(update_fields=["starts_at", "calendar_sequence"])


def _end(show: Livestream) -> None:
    if show.state != State.ENDED:
        start_livestream(show)
        end_livestream(show, reason="The show was over")
        Livestream.objects.filter(pk=show.pk).update(
            started_at=show.starts_at,
            ended_at=show.starts_at + dt.timedelta(minutes=50),
            viewers_total=148,
            viewers_peak=61,
        )
        _pin_in_turn(show)
        fill_seats(show)


def _pin_in_turn(show: Livestream) -> None:
    """Leave a pin for each product while its slide is in the recorded picture."""
    slide = dt.timedelta(seconds=SLIDE_SECONDS - FADE_SECONDS)
    Pin.objects.filter(livestream=show).delete()
    Pin.objects.bulk_create(
        Pin(
            livestream=show,
            product=row.product,
            placed_by=show.creator.user,
            placed_at=show.starts_at + slide * place,
            removed_at=show.starts_at + slide * (place + 1),
        )
        for place, row in enumerate(show.shelf.select_related("product"))
    )
