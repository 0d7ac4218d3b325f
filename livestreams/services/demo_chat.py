"""Invented shoppers who chat in the demo's shows, marked as such."""

import secrets
from collections.abc import Sequence

from django.conf import settings

from livestreams.models import ChatMessage, Livestream, LivestreamProduct
from livestreams.services.chat import NewMessage, store_messages
from shopfront.models import User

NAMES = ("Lea", "Tomasz", "Amira", "Ben", "Chiara", "Dev", "Fiona", "Kwame")
DOMAIN = "invented.example"
BADGE = "demo"
FIRST_LINES = 6
QUIET_ONE_IN = 4
NOT_AGAIN = 25
QUESTIONS = {
    "en": (
        "How big is the {product} really?",
        "Can you hold the {product} closer to the camera?",
        "What is the {product} made of?",
        "Has anybody here got the {product} already?",
        "Is the {product} a good present?",
        "Would you buy the {product} again yourself?",
        "Could you show the {product} from behind?",
        "How long does the {product} last?",
    ),
    "de": (
        "Wie groß ist das wirklich: {product}?",
        "Kannst du das näher an die Kamera halten: {product}?",
        "Aus was ist {product} gemacht?",
        "Hat hier schon jemand {product}?",
        "Eignet sich {product} als Geschenk?",
        "Würdest du {product} selbst noch einmal kaufen?",
        "Zeigst du {product} bitte auch von hinten?",
        "Wie lange hält {product}?",
    ),
}
REMARKS = {
    "en": (
        "Hello from Leeds!",
        "Just joined, what did I miss?",
        "That colour in this light, lovely.",
        "Thank you for saying what is not so good about it too.",
        "I like that you take your time.",
        "My sister has one and uses it every day.",
        "Good point about the size.",
        "Could you repeat that, please?",
        "Ordered one last month, no complaints.",
        "This is calmer than I expected. Nice.",
        "The kettle is on, I am staying.",
        "What is next after this?",
        "Clear explanation, thanks.",
        "Greetings from a rainy Cardiff.",
        "I would have chosen the other one. Convinced now.",
        "Does the sound come and go for others, or is it me?",
        "Sound is fine here.",
        "Nice to see it used and not only shown.",
    ),
    "de": (
        "Hallo aus Leipzig!",
        "Gerade erst dazugekommen, was habe ich verpasst?",
        "Die Farbe bei dem Licht, wunderbar.",
        "Danke, dass du auch sagst, was nicht so gut ist.",
        "Schön, dass du dir Zeit lässt.",
        "Meine Schwester hat so einen und benutzt ihn jeden Tag.",
        "Guter Hinweis mit der Größe.",
        "Kannst du das bitte noch einmal sagen?",
        "Das ist ruhiger, als ich dachte. Schön.",
        "Der Tee ist fertig, ich bleibe.",
        "Was kommt danach?",
        "Gut erklärt, danke.",
        "Grüße aus dem verregneten Kiel.",
        "Ich hätte den anderen genommen. Jetzt bin ich überzeugt.",
        "Der Ton ist hier gut.",
    ),
}


def chat_in_demo_shows() -> int:
    """Let invented shoppers say a line in each demo show on air; return how many.

    Does nothing outside the demo.
    """
    if not settings.DEMO:
        return 0
    shows = Livestream.objects.filter(
        is_demo=True, state__in=[Livestream.State.LIVE, Livestream.State.PAUSED]
    )
    people = _ensure_people()
    batch = [line for show in shows for line in _write_lines(show, people)]
    return len(store_messages(batch)) if batch else 0


def _ensure_people() -> list[User]:
    """Return the invented shoppers; nobody can sign in as one of them."""
    people = User.objects.filter(email__endswith=f"@{DOMAIN}")
    by_name = {person.display_name: person for person in people}
    return [by_name.get(name) or _invent(name) for name in NAMES]


def _invent(name: str) -> User:
    return User.objects.create_user(
        f"{name.lower()}@{DOMAIN}",
        None,
        display_name=name,
        is_demo=True,
        age_band=User.AgeBand.ADULT,
        age_method=BADGE,
    )


def _write_lines(show: Livestream, people: Sequence[User]) -> list[NewMessage]:
    said = list(
        ChatMessage.objects.filter(livestream=show)
        .order_by("-id")
        .values_list("text", flat=True)[:NOT_AGAIN]
    )
    count = FIRST_LINES if not said else int(secrets.randbelow(QUIET_ONE_IN) > 0)
    products = list(
        LivestreamProduct.objects.filter(livestream=show).values_list(
            "product__title", flat=True
        )
    )
    language = show.language if show.language in REMARKS else "en"
    lines = [*REMARKS[language]]
    if products:
        asked = QUESTIONS[language]
        lines += [line.format(product=secrets.choice(products)) for line in asked]
    fresh = [line for line in lines if line not in said] or lines
    picked: list[NewMessage] = []
    for _number in range(min(count, len(fresh))):
        text = fresh.pop(secrets.randbelow(len(fresh)))
        author = secrets.choice(people)
        picked.append(
            NewMessage(
                livestream=show.public_id,
                person=author.public_id,
                badges=(BADGE,),
                text=text,
            )
        )
    return picked
