"""What a briefing may not ask, in five languages and in disguise (P9)."""

import pytest

from livestreams.services.briefing_words import find_forbidden


@pytest.mark.parametrize(
    "line",
    [
        "Please wear our summer dress",
        "Show more c l e a v a g e",
        "W3ar something short",
        "Tell them about your boyfriend",
        "You will lose your fee if you refuse the lamp",
        "A penalty of 200 pounds is due",
        "Bitte trage ein kurzes Kleid",
        "Zieh dich sommerlich an",
        "Erzähle von deiner Familie und deine Kinder",
        "Sonst wird eine Vertragsstrafe fällig",
        "Das Dekolleté soll zu sehen sein",
        "Portez une jupe courte",
        "Parle de ta vie privée",
        "Maquille-toi bien",
        "Sinon une amende sera due",
        "Indossa una minigonna",
        "Parla della tua vita privata, la tua famiglia",
        "Una penale di 100 euro",
        "Ponte un vestido corto",
        "Maquíllate antes",
        "Habla de tu novio",
        "Si no, se descontará del pago",
    ],
)
def test_demands_on_the_person_and_punishments_are_found(line: str) -> None:
    assert find_forbidden(line)


@pytest.mark.parametrize(
    "line",
    [
        "Show the seam of the dress from near by",
        "Say that it is easy to wear and machine washable",
        "Tell how it stands wear and tear",
        "Mention that returns are free for 14 days",
        "Say who the lamp suits, and whom it does not",
        "Show the sole from below",
        "The figure on the box is painted by hand",
        "Zeige die Naht aus der Nähe",
        "Sag, dass der Versand kostenlos ist",
        "Nenne den Preis und die Größe",
        "Montre la couture de près",
        "Dites que le retour est gratuit",
        "Mostra la cucitura da vicino",
        "Di' che la spedizione è gratuita",
        "Enseña la costura de cerca",
        "Di que el envío es gratis",
    ],
)
def test_wishes_about_the_goods_pass(line: str) -> None:
    assert find_forbidden(line) == ""
