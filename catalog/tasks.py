"""Jobs of the catalog: the sweep of holds, renditions of pictures."""

from celery import shared_task

from catalog.access import find_picture
from catalog.selectors.stock import find_stock_faults
from catalog.services import (
    drops,
    letters,
    limits,
    offers,
    pictures,
    product_reports,
    stock,
    waiting,
)
from shopfront.services import alarms


@shared_task(name="catalog.lapse_holds_task", ignore_result=True)
def lapse_holds_task() -> int:
    """End the holds whose time is over."""
    return stock.lapse_holds()


@shared_task(name="catalog.check_stock_task", ignore_result=True)
def check_stock_task() -> int:
    """Compare the books of stock and alarm staff where they disagree."""
    return alarms.watch("stock", find_stock_faults)


@shared_task(name="catalog.move_offers_task", ignore_result=True)
def move_offers_task() -> int:
    """Open and close the offers whose time has come."""
    return offers.move_offers()


@shared_task(name=stock.TELL_TASK, ignore_result=True)
def tell_places_task() -> int:
    """Write to those for whose place a piece is kept."""
    return letters.queue_offers()


@shared_task(name="catalog.offer_free_pieces_task", ignore_result=True)
def offer_free_pieces_task() -> int:
    """Offer free pieces to those who wait, and write where a hint was lost."""
    return waiting.offer_free_pieces() + letters.queue_offers()


@shared_task(name=pictures.RENDITIONS_TASK, ignore_result=True)
def make_renditions_task(picture_id: int) -> None:
    """Make the widths and formats of one picture."""
    picture = find_picture(picture_id)
    if picture is not None:
        pictures.make_renditions(picture)


@shared_task(name="catalog.make_renditions_left_task", ignore_result=True)
def make_renditions_left_task() -> int:
    """Make the renditions whose hints were lost."""
    return pictures.make_pending_renditions()


@shared_task(name="catalog.place_entries_task", ignore_result=True)
def place_entries_task() -> int:
    """Give places in the drops that are open."""
    return drops.place_all()


@shared_task(name="catalog.forget_counts_task", ignore_result=True)
def forget_counts_task() -> int:
    """Forget whom limits counted thirty days ago."""
    return limits.forget_counts()


@shared_task(name="catalog.forget_reporting_guests_task", ignore_result=True)
def forget_reporting_guests_task() -> int:
    """Forget what guests wrote in reports that were decided half a year ago."""
    return product_reports.forget_guests()
