"""The portal's page of a replay: its creator's alone."""

import pytest
from django.test import Client

from livestreams.models import Clip, Recording
from shopfront.models import User
from tests.factories import make_creator, make_replay

pytestmark = pytest.mark.django_db

PLAN = {"title": "The stool", "starts": "2.0", "ends": "9.5"}


def test_a_creator_hides_cuts_and_deletes(client: Client) -> None:
    show = make_replay()
    client.force_login(show.creator.user)
    address = f"/creator/shows/{show.public_id}/replay/"
    page = client.get(address).content.decode()
    assert "/download/show1.mp4" in page
    assert client.post(address, PLAN).status_code == 302
    clip = Clip.objects.get(livestream=show)
    assert (clip.from_ms, clip.until_ms) == (2_000, 9_500)
    assert clip.title in client.get(address).content.decode()
    client.post(f"{address}change/", {"act": "hide"})
    show.recording.refresh_from_db()
    assert show.recording.state == Recording.State.HIDDEN
    assert client.get(address).status_code == 200
    client.post(f"/creator/clips/{clip.public_id}/delete/")
    clip.refresh_from_db()
    assert clip.state == Clip.State.REMOVED
    client.post(f"{address}change/", {"act": "delete"})
    assert "Its creator deleted it." in client.get(address).content.decode()


def test_a_clip_that_is_too_long_is_answered_with_its_fault(client: Client) -> None:
    show = make_replay()
    client.force_login(show.creator.user)
    address = f"/creator/shows/{show.public_id}/replay/"
    answer = client.post(address, PLAN | {"ends": "900"})
    assert "3 seconds to 3 minutes" in answer.content.decode()
    assert not Clip.objects.exists()


def test_another_creator_finds_nothing(client: Client, stranger: User) -> None:
    show = make_replay()
    other = make_creator(user=stranger, handle="other")
    client.force_login(other.user)
    address = f"/creator/shows/{show.public_id}/replay/"
    assert client.get(address).status_code == 404
    assert client.post(address, PLAN).status_code == 404
    assert client.post(f"{address}change/", {"act": "delete"}).status_code == 404
    clip = Clip.objects.create(
        livestream=show,
        title="Mine",
        from_ms=0,
        until_ms=4_000,
        created_by=show.creator.user,
    )
    gone = client.post(f"/creator/clips/{clip.public_id}/delete/")
    assert gone.status_code == 404
