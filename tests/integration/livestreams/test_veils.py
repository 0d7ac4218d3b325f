"""Offensive pictures: blurred for all once reported, until somebody decides (C11)."""

import io
from pathlib import Path

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from catalog.models import ProductPicture
from catalog.selectors import describe_picture
from catalog.services.pictures import add_picture, make_renditions
from creators.models import Creator
from livestreams.errors.veils import PictureDecided, PictureGone
from livestreams.models import Clip, Livestream, PictureReport, VeiledPicture
from livestreams.models.veils import VEILS
from livestreams.selectors.clips import find_clip_poster
from livestreams.selectors.tiles import get_tile
from livestreams.services import veils
from livestreams.services.veil_decisions import decide_picture
from shopfront.models import Audit, User
from shopfront.services import outbox
from tests.factories import make_product, make_variant
from tests.pictures import draw_noise, spread_of

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}


def test_a_reported_picture_is_blurred_for_all_until_it_is_found_fine(
    client: Client,
    creator: Creator,
    portrait: str,
    shopper: User,
    staff: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client.force_login(shopper)
    page = reverse("creator-page", args=[creator.handle])
    assert "Report this picture" in client.get(page).text
    address = reverse("livestreams:creator-report-picture", args=[creator.handle])
    for _ in range(2):
        answer = client.post(address, headers=PART)
    report = PictureReport.objects.get()
    assert report.public_id in answer.text
    picture = report.picture
    creator.refresh_from_db()
    assert str(creator.picture) == picture.veil
    assert picture.veil.startswith(VEILS)
    assert spread_of(picture.veil) < 60 < spread_of(portrait)
    client.logout()
    shown = client.get(page).text
    assert f'src="{default_storage.url(picture.veil)}"' in shown
    assert f'data-unveil="{default_storage.url(portrait)}"' in shown
    assert f'src="{default_storage.url(portrait)}"' not in shown
    with django_capture_on_commit_callbacks(execute=True):
        decide_picture(picture, is_offensive=False, by=staff, reason="A chair.")
    creator.refresh_from_db()
    assert str(creator.picture) == portrait
    assert not default_storage.exists(picture.veil)
    with pytest.raises(PictureDecided):
        decide_picture(picture, is_offensive=True, by=staff, reason="No")
    outbox.relay()
    (letter,) = mail.outbox
    assert letter.to == [shopper.email]
    assert "let it stand" in letter.body
    assert "A chair." in letter.body
    assert Audit.objects.get(action="livestreams.decide_picture").facts["reports"] == 1


def test_the_picture_of_a_show_is_blurred_where_it_is_shared_too(
    client: Client, posted: Livestream, shopper: User
) -> None:
    client.force_login(shopper)
    page = posted.get_absolute_url()
    assert "Report this picture" in client.get(page).text
    address = reverse("livestreams:livestream-report-picture", args=[posted.public_id])
    assert client.post(address)["Location"] == page
    picture = VeiledPicture.objects.get()
    posted.refresh_from_db()
    veil = default_storage.url(picture.veil)
    assert get_tile(posted).shared_picture.endswith(veil)
    assert f'data-unveil="{default_storage.url(picture.original)}"' in (
        client.get(page).text
    )


def test_a_photograph_is_blurred_on_all_products_that_show_it(
    client: Client, shopper: User, stranger: User
) -> None:
    product, other = make_variant().product, make_product()
    drawn = draw_noise()
    photograph = make_renditions(add_picture(product, io.BytesIO(drawn), alt="A stool"))
    twin = add_picture(other, io.BytesIO(drawn))
    client.force_login(shopper)
    page = product.get_absolute_url()
    assert "Report this picture" in client.get(page).text
    address = reverse("livestreams:product-report-picture")
    answer = client.post(address, {"picture": photograph.public_id}, headers=PART)
    picture = VeiledPicture.objects.get()
    assert picture.reports.get().public_id in answer.text
    veil = default_storage.url(picture.veil)
    for row in (photograph, twin):
        row.refresh_from_db()
        view = describe_picture(row)
        assert view is not None
        assert (view.src, view.sources) == (veil, ())
    shown = client.get(f"{page}?fresh").text
    assert f'data-veil="{veil}"' in shown
    # Neither the job nor the same bytes put up once more bring it back.
    make_renditions(photograph)
    photograph.refresh_from_db()
    assert photograph.state == ProductPicture.State.VEILED
    third = add_picture(make_product(), io.BytesIO(drawn))
    veils.report_photograph(third, reporter=stranger)
    third.refresh_from_db()
    assert third.original == picture.veil
    assert VeiledPicture.objects.get().reports.count() == 2


def test_the_picture_of_a_clip_is_blurred_for_who_does_not_ask_for_it(
    client: Client, clip: Clip, still: Path, shopper: User
) -> None:
    assert still.exists()
    client.force_login(shopper)
    page = clip.get_absolute_url()
    assert "Report this picture" in client.get(page).text
    address = reverse("livestreams:clip-report-picture", args=[clip.public_id])
    assert client.post(address)["Location"] == page
    picture = VeiledPicture.objects.get()
    assert 0 < spread_of(picture.veil) < 60
    clip.refresh_from_db()
    veil = default_storage.url(picture.veil)
    assert find_clip_poster(clip) == veil
    shown = client.get(page).text
    assert f'poster="{veil}"' in shown
    assert "About this clip" in shown
    assert f"clip_{clip.public_id}.jpg" in shown.partition("data-unveil=")[2]
    assert "Report this picture" not in shown


def test_a_clip_on_another_machine_is_veiled_plainly(
    clip: Clip, still: Path, shopper: User
) -> None:
    still.unlink()
    picture = veils.report_clip(clip, reporter=shopper).picture
    assert spread_of(picture.veil) == 0


def test_what_was_found_fine_is_not_blurred_by_the_next_report(
    creator: Creator, portrait: str, shopper: User, stranger: User, staff: User
) -> None:
    picture = veils.report_portrait(creator, reporter=shopper).picture
    decide_picture(picture, is_offensive=False, by=staff, reason="A chair.")
    creator.refresh_from_db()
    veils.report_portrait(creator, reporter=stranger)
    creator.refresh_from_db()
    assert str(creator.picture) == portrait
    outbox.relay()
    assert {letter.to[0] for letter in mail.outbox} == {shopper.email, stranger.email}


def test_two_reports_of_one_sight_blur_a_picture_once(
    creator: Creator, portrait: str, shopper: User, stranger: User
) -> None:
    stale = Creator.objects.get(pk=creator.pk)
    veils.report_portrait(creator, reporter=shopper)
    veils.report_portrait(stale, reporter=stranger)
    picture = VeiledPicture.objects.get()
    assert picture.reports.count() == 2
    creator.refresh_from_db()
    assert str(creator.picture) == picture.veil


def test_reports_need_an_account_and_a_picture_and_come_slowly(
    client: Client, creator: Creator, shopper: User
) -> None:
    address = reverse("livestreams:creator-report-picture", args=[creator.handle])
    assert "/accounts/login/" in client.post(address)["Location"]
    nobody = reverse("livestreams:creator-report-picture", args=["nobody"])
    client.force_login(shopper)
    assert client.post(nobody).status_code == 404
    assert [client.post(address).status_code for _ in range(6)] == [404] * 5 + [409]
    with pytest.raises(PictureGone):
        veils.report_portrait(creator, reporter=shopper)


@pytest.mark.parametrize("name", ["", "nobody", "a\x00b", "x" * 5_000])
def test_a_report_of_no_photograph_is_refused(
    client: Client, shopper: User, name: str
) -> None:
    client.force_login(shopper)
    address = reverse("livestreams:product-report-picture")
    assert client.post(address, {"picture": name}).status_code == 404
    assert not VeiledPicture.objects.exists()
