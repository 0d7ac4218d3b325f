"""Goods of the demo: markets, brands, and products with photographs of a package."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils.text import slugify
from PIL import Image, ImageDraw, ImageFont

from catalog.models import (
    Brand,
    Category,
    DeliveryOption,
    PriceVersion,
    Product,
    SizeChart,
    Stock,
    Variant,
)
from catalog.services.movements import receive_stock
from catalog.services.pictures import add_picture
from creators.models import Account
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.models import Market
from shopfront.services.market_rules import UNIT_RULES, adopt_standard_rules
from shopfront.services.tax_rates import load_tax_rates

TABLE = Path(__file__).with_name("products.csv")
PHOTOGRAPHS = (
    settings.BASE_DIR / "node_modules" / "@vendure" / "create" / "assets" / "images"
)
SWATCHES = {"Moss": "#7a8450", "Grey": "#8f9092", "Black": "#2b2b2d"}
SHOES_OF = "stride"
SIZES = """Size; EU; Foot, cm
UK 5; 38; 24
UK 6; 39.5; 25
UK 7; 41; 26
UK 8; 42; 27
UK 9; 43; 28
UK 10; 44.5; 29"""
SIZES_GERMAN = SIZES.replace("Size; EU; Foot", "Größe; EU; Fuß").replace(".5", ",5")
NETS = {"Small bottle": ("250", "ml"), "Large bottle": ("0.75", "l")}
PENCE_TO_CENTS = 118  # per hundred: a shop's rounding, not today's rate

MARKETS: dict[str, dict[str, object]] = {
    "GB": {
        "name": "United Kingdom",
        "stage": Market.Stage.OPEN,
        "currency": "GBP",
        "languages": ["en-gb"],
        "time_zone": "Europe/London",
        "partnership_label": "Paid partnership",
        "shipping_minor": 395,
        "unit_rules": UNIT_RULES["GB"],
    },
    "DE": {
        "name": "Germany",
        "stage": Market.Stage.OPEN,
        "currency": "EUR",
        "languages": ["de"],
        "time_zone": "Europe/Berlin",
        "partnership_label": "Anzeige",
        "shipping_minor": 490,
        "unit_rules": UNIT_RULES["DE"],
    },
}
BRANDS = {
    "byteworth": ("Byteworth", "4 Silicon Row, Cambridge CB1 2JD, United Kingdom"),
    "kestrel": ("Kestrel Optical", "18 Lens Lane, Sheffield S1 2HE, United Kingdom"),
    "fieldcraft": ("Fieldcraft", "Unit 3, Quarry Road, Keswick CA12 5AE, UK"),
    "stride": ("Stride & Sons", "77 Last Street, Northampton NN1 1SR, UK"),
    "moss": ("Moss & Marl", "The Glasshouse, Evesham WR11 4TS, United Kingdom"),
    "harrow": ("Harrow & Daughters", "2 Sawmill Yard, Halifax HX1 1XE, UK"),
}
VAT_NUMBERS = {"byteworth": "GB123456782", "kestrel": "GB987654321"}
WAYS = (  # brand, way, price in Britain and Germany, free from, days, position
    ("byteworth", "standard", 395, 490, 10_000, (2, 4), 0),
    ("byteworth", "express", 895, 1490, None, (1, 1), 1),
    ("kestrel", "signed", 595, 790, None, (2, 3), 0),
    ("moss", "standard", 495, 690, 5_000, (2, 3), 0),
    ("moss", "express", 995, 1490, None, (1, 2), 1),
)
SHELVES = ("Furniture", "Plants", "Cameras", "Shoes", "Outdoors", "Computers")
PRICED_SINCE = timedelta(days=60)
PIECES = (3, 12, 40, 7, 25)


@dataclass(frozen=True)
class Row:
    """One product of the table."""

    photo: str
    title: str
    brand: str
    category: str
    material: str
    variants: tuple[tuple[str, int], ...]
    pence: int
    description: str


def read_table() -> list[Row]:
    """Read the demo's products; a variant is a title and what it costs more."""
    with TABLE.open(newline="") as file:
        return [
            Row(
                photo=row["photo"],
                title=row["title"],
                brand=row["brand"],
                category=row["category"],
                material=row["material"],
                variants=tuple(_read_variants(row["variants"])),
                pence=int(row["pence"]),
                description=row["description"],
            )
            for row in csv.DictReader(file)
        ]


def ensure_markets() -> dict[str, Market]:
    """Make Great Britain and Germany, both open, with their rates and rules."""
    markets = {}
    for code, facts in MARKETS.items():
        market, _ = Market.objects.get_or_create(code=code, defaults=facts)
        markets[code] = market
        adopt_standard_rules(market)
        load_tax_rates(market, on=clock.now().date())
    return markets


def ensure_brands() -> dict[str, Brand]:
    """Make the six brands, each with the account that it is paid from."""
    brands = {}
    for slug, (name, address) in BRANDS.items():
        brand = Brand.objects.filter(slug=slug).first()
        if brand is None:
            public_id = new_public_id()
            account = Account.objects.create(
                kind=Account.Kind.BRAND_PAYABLE,
                owner_kind=Account.Owner.BRAND,
                owner_ref=public_id,
                currency="GBP",
            )
            brand = Brand.objects.create(
                public_id=public_id,
                name=name,
                slug=slug,
                trader_name=f"{name} Ltd",
                trader_address=address,
                vat_number=VAT_NUMBERS.get(slug, ""),
                account=account,
            )
        brands[slug] = brand
    return brands


def ensure_delivery_ways(brands: dict[str, Brand], markets: dict[str, Market]) -> None:
    """Let some brands send in their own ways; the others send as their market says."""
    for slug, kind, pence, cents, free_from, (least, most), position in WAYS:
        for code, price in (("GB", pence), ("DE", cents)):
            DeliveryOption.objects.get_or_create(
                brand=brands[slug],
                market=markets[code],
                kind=kind,
                defaults={
                    "price_minor": price,
                    "free_from_minor": free_from,
                    "days_least": least,
                    "days_most": most,
                    "position": position,
                },
            )


def ensure_products(markets: dict[str, Market]) -> list[Product]:
    """Make products, variants, prices and stock; pictures come after."""
    brands = ensure_brands()
    ensure_delivery_ways(brands, markets)
    shelves = {
        name: Category.objects.get_or_create(
            slug=slugify(name), defaults={"name": name, "position": position}
        )[0]
        for position, name in enumerate(SHELVES)
    }
    products = []
    for number, row in enumerate(read_table()):
        product, is_new = Product.objects.get_or_create(
            slug=slugify(row.title),
            defaults={
                "brand": brands[row.brand],
                "category": shelves[row.category],
                "title": row.title,
                "description": row.description,
                "material": row.material,
                "state": Product.State.ACTIVE,
            },
        )
        if is_new or not product.variants.exists():
            _make_variants(product, row, number, markets)
        products.append(product)
    return products


def add_photographs(products: list[Product], say: Callable[[str], None]) -> None:
    """Give each product its photograph, or a drawn picture where there is none."""
    photos = _find_photographs()
    if not photos:
        say("The photographs' package is missing; pictures are drawn instead")
    rows = {slugify(row.title): row for row in read_table()}
    for product in products:
        if product.pictures.exists():
            continue
        row = rows[product.slug]
        path = next((p for p in photos if p.name.startswith(row.photo)), None)
        file = path.open("rb") if path else _draw(product.title)
        first, *others = product.variants.order_by("position")
        swatches = [one for one in others if one.title in SWATCHES]
        with file:
            own = first if swatches else None
            add_picture(product, file, alt=product.title, variant=own)
        for variant in swatches:
            words = f"{product.title} {variant.title}"
            with _draw(words, SWATCHES[variant.title]) as swatch:
                add_picture(product, swatch, alt=words, variant=variant)


def _make_variants(
    product: Product, row: Row, number: int, markets: dict[str, Market]
) -> None:
    for position, (title, more) in enumerate(row.variants):
        amount, unit = NETS.get(title, (None, ""))
        variant, _ = Variant.objects.get_or_create(
            sku=f"{row.brand[:3].upper()}-{number + 1:03}-{position + 1}",
            defaults={
                "product": product,
                "title": title,
                "position": position,
                "net_amount": amount,
                "net_unit": unit,
            },
        )
        pence = row.pence + more
        _price(variant, markets["GB"], pence)
        _price(variant, markets["DE"], pence * PENCE_TO_CENTS // 10_000 * 100 - 10)
        if not Stock.objects.filter(variant=variant).exists():
            pieces = PIECES[(number + position) % len(PIECES)]
            receive_stock(variant, pieces, note="First delivery")


def _price(variant: Variant, market: Market, amount: int) -> None:
    """Price a variant since two months ago: the demo's shop has been open so long."""
    if not PriceVersion.objects.filter(variant=variant, market=market).exists():
        PriceVersion.objects.create(
            variant=variant,
            market=market,
            amount_minor=amount,
            currency=market.currency,
            valid_from=clock.now() - PRICED_SINCE,
        )


def _read_variants(text: str) -> Iterator[tuple[str, int]]:
    for part in text.split(";"):
        title, _, more = part.rpartition(":")
        yield title, int(more)


def _find_photographs() -> list[Path]:
    return sorted(PHOTOGRAPHS.glob("*.jpg")) if PHOTOGRAPHS.is_dir() else []


def ensure_sizes() -> None:
    """Give the shoes a table of their sizes, in German too."""
    brand = Brand.objects.get(slug=SHOES_OF)
    chart, _ = SizeChart.objects.get_or_create(
        brand=brand,
        title="Shoes for adults",
        defaults={
            "table": SIZES,
            "texts": {"de": {"title": "Schuhe für Erwachsene", "table": SIZES_GERMAN}},
        },
    )
    Product.objects.filter(brand=brand, size_chart=None).update(size_chart=chart)


def _draw(title: str, colour: str = "") -> io.BytesIO:
    """Draw a plain picture with a product's name, in a colour of its own or told."""
    hue = sum(title.encode()) % 360
    image = Image.new("RGB", (1080, 1350), colour or f"hsl({hue}, 35%, 72%)")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(72)
    draw.multiline_text(
        (540, 675),
        title.replace(" ", "\n"),
        font=font,
        fill="white",
        anchor="mm",
        align="center",
    )
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    buffer.seek(0)
    return buffer
