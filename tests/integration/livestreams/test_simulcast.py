"""Simulcast targets: guarded addresses, sealed keys, copies only while live."""

import pytest
from pytest_django.fixtures import Settings

from livestreams.access.simulcast import get_simulcast_target
from livestreams.errors import (
    TargetAddressWrong,
    TargetMissing,
    TargetsFull,
    TargetTaken,
)
from livestreams.models import Livestream, SimulcastTarget
from livestreams.selectors.simulcast import list_targets
from livestreams.services import publishing, shows, simulcast
from shopfront.common.outgoing import AddressInternal
from shopfront.models import Audit, User
from tests.factories import make_livestream

pytestmark = pytest.mark.django_db

KEY = "live_4711-very-secret"


@pytest.fixture
def livestream(settings: Settings) -> Livestream:
    settings.OUTGOING_INTERNAL = True
    return make_livestream()


def add(livestream: Livestream, staff: User, name: str = "Far") -> SimulcastTarget:
    return simulcast.add_target(
        livestream, name=name, url="rtmp://127.0.0.1/app", key=KEY, by=staff
    )


def test_a_key_is_sealed_and_shown_to_nobody(
    livestream: Livestream, staff: User
) -> None:
    target = add(livestream, staff)
    shows.start_livestream(livestream)
    assert KEY not in target.sealed_key
    assert KEY not in repr(list_targets(livestream))
    standing = publishing.check_standing(livestream.public_id)
    assert KEY not in repr(standing)
    assert [relay.key for relay in standing.relays] == [KEY]
    row = Audit.objects.get(action="livestreams.add_simulcast")
    assert KEY not in repr(row.facts)


def test_copies_are_sent_only_while_the_show_is_live(
    livestream: Livestream, staff: User
) -> None:
    target = add(livestream, staff)
    assert publishing.check_standing(livestream.public_id).relays == ()
    shows.start_livestream(livestream)
    assert len(publishing.check_standing(livestream.public_id).relays) == 1
    simulcast.switch_target(target, is_on=False, by=staff)
    assert publishing.check_standing(livestream.public_id).relays == ()
    simulcast.switch_target(target, is_on=True, by=staff)
    shows.pause_livestream(livestream)
    assert publishing.check_standing(livestream.public_id).relays == ()


def test_a_key_of_another_secret_is_passed_over(
    livestream: Livestream, staff: User, settings: Settings
) -> None:
    add(livestream, staff)
    shows.start_livestream(livestream)
    settings.SECRET_KEY = "another" * 10
    assert publishing.check_standing(livestream.public_id).relays == ()


def test_health_is_told_per_target(livestream: Livestream, staff: User) -> None:
    target = add(livestream, staff)
    simulcast.note_relay(target.public_id, state="failing", sentence="It is slow.")
    (health,) = list_targets(livestream)
    assert (health.state, health.last_error) == ("failing", "It is slow.")
    assert health.since is not None
    simulcast.note_relay(target.public_id, state="sending", sentence="", kbits=2_480)
    (sending,) = list_targets(livestream)
    simulcast.note_relay(target.public_id, state="sending", sentence="", kbits=2_510)
    (later,) = list_targets(livestream)
    assert (sending.kbits, later.kbits) == (2_480, 2_510)
    assert sending.since == later.since, "a new rate is not a new state"
    simulcast.switch_target(target, is_on=False, by=staff)
    assert list_targets(livestream)[0].kbits == 0


def test_three_servers_with_names_of_their_own(
    livestream: Livestream, staff: User
) -> None:
    for name in ("One", "Two", "Three"):
        target = add(livestream, staff, name)
    with pytest.raises(TargetsFull):
        add(livestream, staff, "Four")
    simulcast.remove_target(target, by=staff)
    with pytest.raises(TargetTaken):
        add(livestream, staff, "One")
    with pytest.raises(TargetMissing):
        get_simulcast_target(make_livestream(), list_targets(livestream)[0].public_id)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://far.example/live", "key"),
        ("rtmp://far.example", "key"),
        ("rtmp://user:word@far.example/live", "key"),
        ("rtmp://far.example:99999/live", "key"),
        ("rtmp://:1935/live", "key"),
        ("rtmp://far.example/live extra=1", "key"),
        ("rtmp://127.0.0.1/live", "key live=1"),
        ("rtmp://127.0.0.1/live", ""),
    ],
)
def test_what_is_no_address_or_key_is_refused(
    livestream: Livestream, staff: User, url: str, key: str
) -> None:
    with pytest.raises(TargetAddressWrong):
        simulcast.add_target(livestream, name="Far", url=url, key=key, by=staff)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[2002:7f00:1::]",
        "0.0.0.0",
        "224.0.0.1",
        "100.64.0.1",
        "localhost",
    ],
)
def test_an_address_inside_our_network_is_refused(staff: User, host: str) -> None:
    with pytest.raises(AddressInternal):
        simulcast.add_target(
            make_livestream(), name="In", url=f"rtmp://{host}/live", key=KEY, by=staff
        )
