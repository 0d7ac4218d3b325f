"""Fill the demo with markets, people, products and shows."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from livestreams.services.word_lists import ensure_starter_lists
from shopfront.management.databases import await_database
from shopfront.management.demo import (
    aftercare,
    agreements,
    cast,
    earlier,
    goods,
    helpers,
    offers,
    operators,
    overtime,
    payouts,
    pictures,
    reports,
    sales,
    scarce,
    shows,
    texts,
    worktime,
)


class Command(BaseCommand):
    """Make what is missing; a filled demo is only brought up to the clock."""

    help = "Fill the demo. Safe to repeat; refused outside a demo."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Make people and goods first, so that pages show them at once."""
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError(
                "The demo's people and goods are for a demo: set DEMO=1."
            )
        self.say("Markets, people and brands")
        markets = goods.ensure_markets()
        operators.ensure_operators(markets)
        people = cast.ensure_cast(markets["GB"])
        hosts = cast.ensure_hosts(markets)
        brands = goods.ensure_brands()
        cast.join_brand(people["brand"], brands["harrow"])
        agreements.ensure_terms(markets["GB"], hosts)
        agreements.ensure_agreements(hosts, brands)
        ensure_starter_lists()
        self.say("Products, prices and stock")
        products = goods.ensure_products(markets)
        goods.ensure_sizes()
        texts.ensure_german()
        offers.ensure_offers(markets["GB"], people, hosts[0])
        self.say("Shows")
        made = shows.ensure_shows(hosts, people["moderator"])
        agreements.ensure_guarantees(made, people)
        agreements.ensure_planning(made, hosts[0], people["staff"])
        cast.join_brand(people["brand"], brands["stride"])
        agreements.ensure_offers(markets["GB"], brands, hosts[0], people["brand"])
        agreements.ensure_samples(brands["harrow"], hosts[0], people["brand"])
        helpers.ensure_team(hosts[0], people["moderator"])
        helpers.ensure_prepared(made, people["staff"])
        worktime.ensure_hours(hosts[0], people["moderator"])
        overtime.ensure_overtime(hosts[0], people)
        reports.ensure_reports(hosts[0], made[0], people)
        pictures.ensure_appeal(hosts[0], people)
        shows.ensure_duty(people["staff"], brands["harrow"])
        self.say("Photographs")
        goods.add_photographs(products, self.say)
        self.say("Orders")
        if "sandbox" in connections:
            await_database("sandbox")  # its tables are made beside the seed
        earlier.ensure_earlier(people["staff"])
        sales.ensure_sales()
        scarce.ensure_scarce(markets["GB"], people["staff"])
        texts.ensure_german_titles()
        aftercare.ensure_lives(people["staff"])
        payouts.ensure_payouts(hosts[0], brands["harrow"], people)
        self.say(f"{len(products)} products and {len(shows.PLANS)} shows are there")

    def say(self, message: str) -> None:
        """Print a progress line."""
        self.stdout.write(message)
        self.stdout.flush()
