"""Shoppers who buy by the shop's plain pages and do not mind when it stumbles."""

import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

PATIENCE_SECONDS = 90.0
WAYS_TO_PAY = ("approve",) * 8 + ("decline", "slow")
WALKS_AWAY = 0.3
"""How likely a shopper is to leave while a slow bank decides."""


@dataclass
class Form:
    """A form of a page with what it would send, and the choices it offers."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


class FormReader(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a form, or note one of its fields."""
        facts = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(facts.get("action", "")))
        elif tag == "input" and self.forms and facts.get("name"):
            self._take(self.forms[-1], facts)

    def _take(self, form: Form, facts: dict[str, str]) -> None:
        name, value = facts["name"], facts.get("value", "")
        if facts.get("type") == "radio":
            if "disabled" not in facts:
                form.choices.setdefault(name, []).append(value)
        elif facts.get("type") != "checkbox":
            form.values[name] = value


def find_form(page: str, ending: str) -> Form | None:
    """Find the form of a page whose address ends so; "" for one that names none."""
    reader = FormReader()
    reader.feed(page)
    for form in reader.forms:
        if form.action.endswith(ending) if ending else not form.action:
            return form
    return None


def name_refusal(page: str) -> str:
    """Name how the shop refused, by the code that the page carries."""
    found = re.search(r'data-error="([^"]*)"', page)
    return f"refused: {found.group(1)}" if found else "refused"


class GaveUp(Exception):
    """The shop did not answer for longer than anybody waits."""


class Shopper:
    """A guest in a browser of their own."""

    def __init__(self, site: str, chance: random.Random) -> None:
        self.chance = chance
        self.client = httpx.Client(base_url=site, follow_redirects=True, timeout=20)
        self.stumbles = 0

    def buy(self) -> tuple[str, list[str]]:
        """Try to buy something; return how it ended and the orders confirmed."""
        shop = self.ask("GET", "/shop/")
        product = self.chance.choice(re.findall(r'href="(/p/[^"?]+)"', shop))
        form = find_form(self.ask("GET", product), "/buy/")
        if form is None or not form.choices.get("variant"):
            return "sold out", []
        form.values["variant"] = self.chance.choice(form.choices["variant"])
        page = self.send(form)
        if find_form(page, "/details/") and self.chance.random() < 0.1:
            return "left", []
        return self.check_out(page)

    def check_out(
        self, page: str, ways: Sequence[str] = WAYS_TO_PAY
    ) -> tuple[str, list[str]]:
        """Go on from the first step of a checkout; return as `buy` does."""
        details = find_form(page, "/details/")
        if details is None:
            return name_refusal(page), []
        details.values |= {
            "email": "shopper@soak.example",
            "name": "Sam Soak",
            "street": "1 High Street",
            "city": "Leeds",
            "postcode": "LS1 1AA",
            "is_adult": "on",
        }
        page = self.send(details)
        payment = find_form(page, "/pay/")
        if payment is None:
            return name_refusal(page), []
        return self.pay(payment, ways)

    def pay(self, form: Form, ways: Sequence[str]) -> tuple[str, list[str]]:
        """Pay in some way and look again, as the page does, until it is decided."""
        form.values["method"] = self.chance.choice(ways)
        page = self.send(form)
        if form.values["method"] == "slow" and self.chance.random() < WALKS_AWAY:
            return "walked away", []
        checkout = form.action.removesuffix("pay/")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if "Order confirmed" in page:
                return "bought", re.findall(r'data-order="([^"]+)"', page)
            if "data-payment-failed" in page:
                return "declined", []
            if "data-error" in page:
                return name_refusal(page), []
            time.sleep(0.5)
            page = self.ask("GET", f"{checkout}status/")
        raise GaveUp(f"{checkout} stayed undecided")

    def close(self) -> None:
        """Close the browser."""
        self.client.close()

    def send(self, form: Form) -> str:
        """Send a form, again and again if need be: its key makes that safe."""
        return self.ask("POST", form.action, form.values)

    def ask(self, method: str, path: str, values: dict[str, str] | None = None) -> str:
        """Return a page; wait while the shop is away."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = self.client.request(method, path, data=values)
            except httpx.TransportError:
                self.stumbles += 1
            else:
                if answer.status_code < 500:
                    return answer.text
                self.stumbles += 1
            time.sleep(0.3 + self.chance.random())
        raise GaveUp(f"{method} {path} did not answer")
