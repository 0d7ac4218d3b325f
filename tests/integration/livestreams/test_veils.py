"""Offensive pictures: blurred for all once reported, until somebody decides (C11)."""

import io

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from creators.models import Creator
from creators.services.profiles import remove_picture, set_picture
from livestreams.errors.veils import OwnPicture, PictureDecided, PictureGone
from livestreams.models import Livestream, PictureReport, VeiledPicture
from livestreams.models.veils import VEILS
from livestreams.selectors.tiles import get_tile
from livestreams.services.posters import set_poster
from livestreams.services.veils import (
    decide_picture,
    report_portrait,
    report_poster,
)
from shopfront.models import Audit, User
from shopfront.services import outbox
from tests.factories import make_livestream, make_user

pytestmark = pytest.mark.django_db
State = VeiledPicture.State


def draw(size: tuple[int, int] = (300, 300)) -> bytes:
    """Draw stripes that nobody would miss."""
    stripes = Image.effect_noise(size, 120).convert("RGB")
    buffer = io.BytesIO()
    stripes.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def spread_of(name: str) -> int:
    """Return how far apart the darkest and lightest points of a picture are."""
    with default_storage.open(name) as file, Image.open(file) as image:
        counts = image.convert("L").histogram()
    found = [value for value, count in enumerate(counts) if count]
    return found[-1] - found[0]


@pytest.fixture
def portrait(creator: Creator) -> str:
    """Put a creator's picture up and return its name."""
    set_picture(creator, draw())
    return str(creator.picture)


@pytest.fixture
def show(creator: Creator) -> Livestream:
    """Plan a show with a picture."""
    planned = make_livestream(creator=creator)
    set_poster(planned, io.BytesIO(draw((360, 640))))
    return planned


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
        answer = client.post(address, headers={"HX-Request": "true"})
    report = PictureReport.objects.get()
    assert report.public_id in answer.text
    picture = report.picture
    creator.refresh_from_db()
    assert str(creator.picture) == picture.veil
    assert picture.veil.startswith(VEILS)
    assert spread_of(picture.veil) < 60 < spread_of(portrait)
    client.logout()
    shown = client.get(page).text
    assert f'src="{picture.veil_url}"' in shown
    assert f'data-unveil="{picture.url}"' in shown
    assert f'src="{picture.url}"' not in shown
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


def test_an_offensive_picture_goes_for_good_and_its_owner_learns_why(
    client: Client,
    show: Livestream,
    shopper: User,
    stranger: User,
    staff: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    name = str(show.poster)
    client.force_login(shopper)
    assert "Report this picture" in client.get(show.get_absolute_url()).text
    address = reverse("livestreams:livestream-report-picture", args=[show.public_id])
    assert client.post(address)["Location"] == show.get_absolute_url()
    report_poster(show, reporter=stranger)
    picture = VeiledPicture.objects.get()
    show.refresh_from_db()
    assert get_tile(show).shared_picture.endswith(picture.veil_url)
    assert f'data-unveil="{picture.url}"' in client.get(show.get_absolute_url()).text
    with django_capture_on_commit_callbacks(execute=True):
        decide_picture(picture, is_offensive=True, by=staff, reason="It is cruel.")
    show.refresh_from_db()
    assert not show.poster
    assert not any(default_storage.exists(one) for one in (name, picture.veil))
    outbox.relay()
    told = {letter.to[0]: letter.body for letter in mail.outbox}
    assert set(told) == {shopper.email, stranger.email, show.creator.user.email}
    assert all("It is cruel." in body for body in told.values())
    own = client.get(reverse("livestreams:decisions")).text
    assert "Taken down · It is cruel." in own


def test_what_was_found_fine_is_not_blurred_by_the_next_report(
    creator: Creator, portrait: str, shopper: User, stranger: User, staff: User
) -> None:
    picture = report_portrait(creator, reporter=shopper).picture
    decide_picture(picture, is_offensive=False, by=staff, reason="A chair.")
    creator.refresh_from_db()
    report_portrait(creator, reporter=stranger)
    creator.refresh_from_db()
    assert str(creator.picture) == portrait
    outbox.relay()
    assert {letter.to[0] for letter in mail.outbox} == {shopper.email, stranger.email}


@pytest.mark.parametrize("is_offensive", [True, False])
def test_a_picture_that_its_owner_took_down_meanwhile_does_not_come_back(
    creator: Creator,
    portrait: str,
    shopper: User,
    staff: User,
    is_offensive: bool,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    picture = report_portrait(creator, reporter=shopper).picture
    with django_capture_on_commit_callbacks(execute=True):
        remove_picture(creator)
        decide_picture(picture, is_offensive=is_offensive, by=staff, reason="Seen")
    creator.refresh_from_db()
    assert not creator.picture
    assert not default_storage.exists(portrait)
    assert not default_storage.exists(picture.veil)


def test_two_reports_at_once_blur_a_picture_once(
    creator: Creator, portrait: str, shopper: User, stranger: User
) -> None:
    stale = Creator.objects.get(pk=creator.pk)
    report_portrait(creator, reporter=shopper)
    report_portrait(stale, reporter=stranger)
    picture = VeiledPicture.objects.get()
    assert picture.reports.count() == 2
    creator.refresh_from_db()
    assert str(creator.picture) == picture.veil
    assert len(default_storage.listdir(VEILS)[1]) >= 1


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
        report_portrait(creator, reporter=shopper)


def test_staff_see_it_blurred_too_and_nobody_decides_on_their_own(
    client: Client, creator: Creator, portrait: str, shopper: User, staff: User
) -> None:
    picture = report_portrait(creator, reporter=shopper).picture
    with pytest.raises(OwnPicture):
        decide_picture(picture, is_offensive=False, by=creator.user, reason="Mine")
    client.force_login(staff)
    desk = reverse("admin:livestreams_veiledpicture_change", args=[picture.pk])
    page = client.get(desk).text
    assert f'src="{picture.veil_url}"' in page
    assert f'data-unveil="{picture.url}"' in page
    rows = reverse("admin:livestreams_veiledpicture_changelist")
    chosen = {"action": "take_down", "_selected_action": picture.pk}
    client.post(rows, chosen | {"decided": "1", "reason": "Cruel"})
    picture.refresh_from_db()
    assert (picture.state, picture.decided_by) == (State.REMOVED, staff)
    assert "Deleted" in client.get(desk).text
    client.force_login(make_user(is_staff=True))
    assert client.get(desk).status_code == 403
