"""What is sold: brands, products, prices per market, stock and holds."""

from catalog.models.bundles import Bundle, BundlePart, BundlePrice
from catalog.models.codes import PublicCode
from catalog.models.collaborations import Collaboration, Proposal
from catalog.models.delivery import DeliveryOption
from catalog.models.drops import BuyingLimit, Drop, DropEntry
from catalog.models.offers import (
    FloorOverride,
    Offer,
    OfferLimit,
    OfferUse,
    PriceFloor,
)
from catalog.models.platform_reports import PlatformFiling, PlatformReport
from catalog.models.prices import PriceVersion
from catalog.models.products import (
    Brand,
    BrandMember,
    Category,
    Product,
    ProductPicture,
    Variant,
)
from catalog.models.reported_goods import (
    ProductAppeal,
    ProductReport,
    ReportAppeal,
    ReportedProduct,
    ReportReason,
)
from catalog.models.samples import SampleCriteria, SampleRequest, ShowcaseItem
from catalog.models.sizes import SizeChart
from catalog.models.stock import HoldCount, Reservation, Stock, StockMovement
from catalog.models.vetoes import Veto
from catalog.models.waiting import WaitingPlace

__all__ = [
    "Brand",
    "BrandMember",
    "Bundle",
    "BundlePart",
    "BundlePrice",
    "BuyingLimit",
    "Category",
    "Collaboration",
    "DeliveryOption",
    "Drop",
    "DropEntry",
    "FloorOverride",
    "HoldCount",
    "Offer",
    "OfferLimit",
    "OfferUse",
    "PlatformFiling",
    "PlatformReport",
    "PriceFloor",
    "PriceVersion",
    "Product",
    "ProductAppeal",
    "ProductPicture",
    "ProductReport",
    "Proposal",
    "PublicCode",
    "ReportAppeal",
    "ReportReason",
    "ReportedProduct",
    "Reservation",
    "SampleCriteria",
    "SampleRequest",
    "ShowcaseItem",
    "SizeChart",
    "Stock",
    "StockMovement",
    "Variant",
    "Veto",
    "WaitingPlace",
]
