"""One place claims a reduction, and it reads the price record (D3)."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CLAIM = re.compile(r"<s>|<del|price__was|price__off|% off\b|\bRRP\b")
CLAIMANTS = {
    "templates/components/_price.html",
    "templates/components/_pins.html",  # the words that offers.js fills in
    "static/livestreams/offers.js",
}


def test_only_the_price_component_claims_a_reduction() -> None:
    files = [
        path
        for folder, ending in (("templates", "html"), ("static", "js"))
        for path in (ROOT / folder).rglob(f"*.{ending}")
    ]
    claimants = {
        str(path.relative_to(ROOT))
        for path in files
        if CLAIM.search(path.read_text(encoding="utf-8"))
    }
    assert len(files) > 200
    assert claimants == CLAIMANTS


def test_what_the_component_claims_comes_from_the_prior_price() -> None:
    words = (ROOT / "templates/components/_price.html").read_text(encoding="utf-8")
    claim = words[words.index("{% if deal.prior %}") :]
    assert "price__was" in claim
    assert "price__was" not in words.replace(claim, "")
    script = (ROOT / "static/livestreams/offers.js").read_text(encoding="utf-8")
    claim = script[script.index("if (!offer.was) {") :]
    assert "return price;" in claim[: claim.index("}")]
    assert "price__off" in claim
    assert "price__off" not in script.replace(claim, "")
