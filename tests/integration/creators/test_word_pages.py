"""Words as a creator sets them, and as staff edit and try lists."""

import pytest
from django.test import Client
from django.urls import reverse

from creators.models import Creator
from livestreams.models import WordList
from livestreams.services import word_lists, words
from shopfront.models import Audit, User

pytestmark = pytest.mark.django_db

ADDRESS = "/creator/words/"


def test_a_creators_words_are_saved_shown_tried_and_undone(
    client: Client, creator: Creator
) -> None:
    client.force_login(creator.user)
    typed = {"block": "Rival\nrival\n\n  cheap   copies ", "hold": "", "flag": "promo*"}
    page = client.post(ADDRESS, typed, follow=True).content.decode()
    assert "Saved." in page
    assert "Rival\ncheap copies</textarea>" in page
    for line, said in (
        ("r1val shops", "Refused: words that are not allowed (Rival)."),
        ("CHEAP COPIES", "Refused"),
        ("any promotions?", "Shown to all, and the moderators see: promo*."),
        ("lovely", "Shown to all."),
        ("see www.x.example", "Refused: links come from the host"),
        ("call 07911 123456", "Held for a moderator: contact details"),
    ):
        assert said in client.get(ADDRESS, {"line": line}).content.decode()
    client.post(ADDRESS, {"block": "", "hold": "", "flag": ""})
    page = client.get(ADDRESS, {"line": "rival"}).content.decode()
    assert "Shown to all." in page
    assert WordList.objects.filter(creator=creator).count() == 3
    assert Audit.objects.filter(action="livestreams.change_own_words").count() == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a", "A word needs two letters or more."),
        ("*", "A word needs two letters or more."),
        ("x" * 61, "A list may have 500 words"),
        ("\n".join(f"word{n}" for n in range(501)), "A list may have 500 words"),
    ],
)
def test_lists_that_would_stop_all_are_refused_and_kept_in_the_form(
    client: Client, creator: Creator, typed: str, said: str
) -> None:
    client.force_login(creator.user)
    page = client.post(ADDRESS, {"block": typed}).content.decode()
    assert said in page
    assert f"{typed}</textarea>" in page
    assert not WordList.objects.exists()


def test_only_creators_have_words(client: Client, stranger: User) -> None:
    client.force_login(stranger)
    assert client.post(ADDRESS, {"block": "rival"}).status_code == 403
    assert not WordList.objects.exists()


def test_the_show_list_leads_to_the_words(client: Client, creator: Creator) -> None:
    client.force_login(creator.user)
    assert ADDRESS in client.get(reverse("creators:show-list")).content.decode()


def test_staff_edit_a_list_one_entry_a_line(client: Client, staff: User) -> None:
    client.force_login(staff)
    add = reverse("admin:livestreams_wordlist_add")
    facts = {"market": "", "creator": "", "language": "de", "severity": "hold"}
    client.post(add, facts | {"words": "Lump\n\n# a comment\nalter  Sack\nLump"})
    row = WordList.objects.get()
    assert (row.language, row.words) == ("de", ["Lump", "alter Sack"])
    change = reverse("admin:livestreams_wordlist_change", args=[row.pk])
    assert "Lump\nalter Sack</textarea>" in client.get(change).content.decode()
    before = row.updated_at
    client.post(change, facts | {"words": "Lump"})
    row.refresh_from_db()
    assert row.words == ["Lump"]
    assert row.updated_at > before
    page = client.post(change, facts | {"words": "x"}).content.decode()
    assert "A word needs two letters or more." in page
    assert Audit.objects.filter(action="livestreams.change_word_list").count() == 2


def test_staff_cannot_let_a_creators_list_allow_words(
    client: Client, staff: User, creator: Creator
) -> None:
    client.force_login(staff)
    facts = {"market": "", "creator": creator.pk, "language": "", "words": "badword"}
    add = reverse("admin:livestreams_wordlist_add")
    page = client.post(add, facts | {"severity": "allow"}).content.decode()
    assert "A creator&#x27;s list can only forbid words." in page
    client.post(add, facts | {"severity": "hold"})
    assert WordList.objects.get().creator == creator


def test_staff_try_a_line_in_a_room(
    client: Client, staff: User, creator: Creator
) -> None:
    word_lists.change_creator_lists(
        creator, by=creator.user, words={"hold": ["rival"], "block": [], "flag": []}
    )
    WordList.objects.create(language="de", severity="block", words=["lump"])
    client.force_login(staff)
    address = reverse("admin:word-try")
    assert client.get(address).status_code == 200
    room = {"language": "en", "market": str(creator.market.pk), "handle": ""}
    for line, handle, said in (
        ("rival", creator.handle, "Held for a moderator"),
        ("rival", "", "Shown to all."),
        ("du bist ein richtiger Lump", "", "Refused"),
        ("rival", "nobody", "No creator has this handle."),
    ):
        facts = room | {"line": line, "handle": handle}
        assert said in client.get(address, facts).content.decode()
    listed = client.get(reverse("admin:livestreams_wordlist_changelist"))
    assert address in listed.content.decode()


def test_only_staff_try_lines_in_the_admin(client: Client, stranger: User) -> None:
    client.force_login(stranger)
    assert client.get(reverse("admin:word-try")).status_code == 302


def test_a_creators_list_only_forbids(creator: Creator) -> None:
    word_lists.change_creator_lists(
        creator, by=creator.user, words={"allow": ["badword"]}
    )
    WordList.objects.create(language="", severity="block", words=["badword"])
    words.forget_rules()
    verdict = words.judge(
        "badword",
        market_id=creator.market.pk,
        language="en",
        creator_id=creator.pk,
    )
    assert verdict.action is words.Action.BLOCK


@pytest.fixture(autouse=True)
def fresh_word_rules() -> None:
    """Read the word lists anew in each test."""
    words.forget_rules()
