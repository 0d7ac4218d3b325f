"""Briefings: answered line by line, fixed by the first yes, without teeth (P9)."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from catalog.models import Brand
from creators.models import Creator
from livestreams.errors import ShowBegun
from livestreams.errors.planning import BriefingFixed, BriefingUnsound, LineForbidden
from livestreams.errors.rehearsing import NotInRehearsal
from livestreams.models import Briefing, BriefingLine, Livestream
from livestreams.selectors.briefings import (
    count_unanswered,
    list_accepted,
    read_briefings,
)
from livestreams.services.briefings import answer_line, report_line, write_briefing
from livestreams.services.rehearsals import open_rehearsal
from livestreams.services.shows import start_livestream
from shopfront.models import Audit, User
from shopfront.services import outbox
from tests.factories import make_brand, make_creator, make_livestream

pytestmark = pytest.mark.django_db
WISHES = ["Show the seam.", "Say the price."]


@pytest.fixture
def show(creator: Creator) -> Livestream:
    """Make a planned show."""
    return make_livestream(creator=creator)


@pytest.fixture
def brand(db: None) -> Brand:
    """Make the brand that has wishes."""
    return make_brand(name="Harrow")


def lines_of(show: Livestream) -> list[BriefingLine]:
    return [line for view in read_briefings(show) for line in view.lines]


def send(client: Client, line: BriefingLine, act: str, **facts: str) -> str:
    show = line.briefing.livestream
    address = reverse("creators:briefing-answer", args=[show.public_id])
    posted = {"line": line.public_id, "act": act, **facts}
    response = client.post(address, posted, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_the_host_is_told_and_answers_each_line(
    client: Client, show: Livestream, brand: Brand, staff: User
) -> None:
    write_briefing(show, brand=brand, lines=[" ", *WISHES], by=staff)
    write_briefing(show, brand=brand, lines=WISHES, by=staff)
    outbox.relay()
    (letter,) = mail.outbox
    assert letter.to == [show.creator.user.email]
    client.force_login(show.creator.user)
    address = reverse("creators:show-detail", args=[show.public_id])
    page = client.get(address).content.decode()
    assert "2 lines of the briefing wait for your answer." in page
    first, second = lines_of(show)
    assert "Cannot change any more" in send(client, first, "accept")
    send(client, second, "refuse")
    assert list_accepted(show) == ("Show the seam.",)
    assert count_unanswered(show) == 0
    send(client, first, "refuse")
    assert list_accepted(show) == ()
    send(client, first, "accept")
    start_livestream(show)
    assert "has begun" in send(client, first, "refuse")
    studio = reverse("creators:studio", args=[show.public_id])
    page = client.get(studio).content.decode()
    assert "Show the seam." in page
    assert "Say the price." not in page


def test_after_the_first_yes_nothing_is_added_or_changed(
    show: Livestream, brand: Brand, staff: User
) -> None:
    write_briefing(show, brand=brand, lines=WISHES, by=staff)
    answer_line(lines_of(show)[1], is_accepted=False)
    briefing = write_briefing(show, brand=brand, lines=WISHES[:1], by=staff)
    assert (briefing.version, len(lines_of(show))) == (2, 1)
    answer_line(lines_of(show)[0], is_accepted=True)
    answer_line(lines_of(show)[0], is_accepted=False)
    with pytest.raises(BriefingFixed):
        write_briefing(show, brand=brand, lines=WISHES, by=staff)
    write_briefing(show, brand=brand, lines=WISHES[:1], by=staff)
    write_briefing(show, brand=None, lines=["Greet the newcomers."], by=staff)
    assert [view.author for view in read_briefings(show)] == ["Harrow", ""]
    assert BriefingLine.objects.count() == 4


def test_what_no_briefing_may_ask_is_refused_by_its_line(
    show: Livestream, brand: Brand, staff: User
) -> None:
    with pytest.raises(LineForbidden) as refusal:
        write_briefing(
            show, brand=brand, lines=["Say the price.", "Wear red."], by=staff
        )
    assert refusal.value.extra == {"line": 2, "word": "wear"}
    for lines in ([], [" "], ["x" * 301], ["Say the price."] * 21):
        with pytest.raises(BriefingUnsound):
            write_briefing(show, brand=brand, lines=lines, by=staff)
    with pytest.raises(NotInRehearsal):
        write_briefing(open_rehearsal(show), brand=brand, lines=WISHES, by=staff)
    start_livestream(show)
    with pytest.raises(ShowBegun):
        write_briefing(show, brand=brand, lines=WISHES, by=staff)
    assert not Briefing.objects.exists()


def test_a_line_that_slipped_through_is_reported_once_to_staff(
    client: Client, show: Livestream, brand: Brand, staff: User
) -> None:
    write_briefing(show, brand=brand, lines=WISHES, by=staff)
    line = lines_of(show)[0]
    outbox.relay()
    mail.outbox.clear()
    client.force_login(show.creator.user)
    assert "Reported" in send(client, line, "report", words="It is about me.")
    report_line(line, by=show.creator.user, words="Again")
    outbox.relay()
    (letter,) = mail.outbox
    assert letter.bcc == [staff.email]
    assert "It is about me." in letter.body
    line.refresh_from_db()
    assert (line.answer, line.report) == ("refused", "It is about me.")
    assert Audit.objects.filter(action="livestreams.briefing_reported").count() == 1


def test_nobody_answers_for_another(
    client: Client, show: Livestream, brand: Brand, staff: User
) -> None:
    write_briefing(show, brand=brand, lines=WISHES, by=staff)
    line = lines_of(show)[0]
    address = reverse("creators:briefing-answer", args=[show.public_id])
    client.force_login(make_creator().user)
    facts = {"line": line.public_id, "act": "accept"}
    assert client.post(address, facts).status_code == 404
    client.force_login(show.creator.user)
    own = make_livestream(creator=show.creator)
    elsewhere = reverse("creators:briefing-answer", args=[own.public_id])
    client.post(elsewhere, facts)
    assert list_accepted(show) == ()


def test_staff_write_for_a_brand_from_the_shows_of_the_admin(
    client: Client, show: Livestream, brand: Brand, staff: User
) -> None:
    client.force_login(staff)
    address = reverse("admin:livestreams_livestream_changelist")
    facts = {
        "action": "write_briefing",
        "_selected_action": str(show.pk),
        "decided": "1",
        "reason": "The brand asked us to",
        "brand": brand.slug,
        "lines": "Wear red.",
    }
    page = client.post(address, facts, follow=True).content.decode()
    assert "Line 1 has “wear”" in page
    client.post(address, facts | {"lines": "\n".join(WISHES)}, follow=True)
    assert [line.text for line in lines_of(show)] == WISHES
    assert client.post(address, facts | {"brand": "nobody"}).status_code == 200
    detail = reverse(
        "admin:livestreams_briefing_change", args=[show.briefings.get().pk]
    )
    assert "Show the seam." in client.get(detail).content.decode()
