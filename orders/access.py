"""Who may reach which cart line, checkout and order, by outside id."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from catalog.models import Brand, BrandMember, Variant
from creators.models import Account, Guarantee
from orders.errors import (
    CardMissing,
    CartLineMissing,
    CaseLineMissing,
    CaseMissing,
    ChargeMissing,
    CheckoutMissing,
    InvoiceMissing,
    OrderMissing,
    VariantMissing,
)
from orders.errors.funding import FundingMissing
from orders.models import (
    Address,
    CartLine,
    Case,
    CaseMessage,
    Checkout,
    Invoice,
    Order,
    OrderLine,
    PaymentMethod,
    SandboxCharge,
)
from shopfront.common.links import SignedLink
from shopfront.models import User

ORDER_LINK = SignedLink("orders.order-link", days=400)
FUNDING_LINK = SignedLink("orders.funding-link", days=400)


@dataclass(frozen=True, slots=True)
class Shopper:
    """Who buys: an account, or else the browser of a guest."""

    user: User | None
    browser_key: str

    def __post_init__(self) -> None:
        if self.user is None and not self.browser_key:
            message = "a shopper is an account or a browser"
            raise ValueError(message)

    @property
    def name(self) -> str:
        """Stable name of this shopper for limits, keys and holds."""
        if self.user is not None:
            return f"account:{self.user.public_id}"
        return f"browser:{self.browser_key}"

    @property
    def names(self) -> tuple[str, ...]:
        """Their name, and that under which this browser acted before it signed in.

        Whoever holds a piece, a place or a turn as a guest keeps it by signing in.
        """
        if self.user is None or not self.browser_key:
            return (self.name,)
        return (self.name, Shopper(None, self.browser_key).name)


def _owned(user: User | AnonymousUser | None, browser_key: str | None) -> Q:
    """Rows of an account, or guests' rows of this browser; else none."""
    nothing = Q(pk__in=[])
    account = Q(user=user) if isinstance(user, User) else nothing
    browser = Q(user=None, browser_key=browser_key) if browser_key else nothing
    return account | browser


def get_cart_line_for(shopper: Shopper, public_id: str) -> CartLine:
    """Return a line of the shopper's open cart.

    Raises:
        CartLineMissing: it is not there, or somebody else's.
    """
    owner = (
        Q(cart__user=shopper.user)
        if shopper.user is not None
        else Q(cart__user=None, cart__browser_key=shopper.browser_key)
    )
    line = (
        CartLine.objects.filter(owner, public_id=public_id, cart__state="open")
        .select_related("cart__market", "variant__product", "bundle_price__bundle")
        .first()
    )
    if line is None:
        raise CartLineMissing
    return line


def get_checkout_for(
    user: User | AnonymousUser | None, browser_key: str | None, public_id: str
) -> Checkout:
    """Return a checkout of this account or, for a guest's, of this browser.

    Raises:
        CheckoutMissing: it is not there, or somebody else's.
    """
    checkout = (
        Checkout.objects.filter(_owned(user, browser_key), public_id=public_id)
        .select_related("market", "user", "cart", "source_cart")
        .first()
    )
    if checkout is None:
        raise CheckoutMissing
    return checkout


def find_open_checkout_for(
    user: User | AnonymousUser | None, browser_key: str | None
) -> Checkout | None:
    """Return the newest checkout that may still be paid, if there is one."""
    return (
        Checkout.objects.filter(_owned(user, browser_key))
        .exclude(state=Checkout.State.LAPSED)
        .exclude(payments__state="paid")
        .select_related("market", "user", "cart", "source_cart")
        .order_by("-created_at")
        .first()
    )


def make_order_token(order: Order) -> str:
    """Return the secret part of the link in a guest's e-mail (O6)."""
    return ORDER_LINK.mint(order.public_id)


def get_order_for(
    user: User | AnonymousUser | None,
    browser_key: str | None,
    public_id: str,
    token: str = "",
) -> Order:
    """Return an order of this account, of this guest's browser, or by its link.

    Raises:
        OrderMissing: it is not there, or somebody else's.
    """
    allowed = Q(pk__in=[])
    if isinstance(user, User):
        allowed |= Q(user=user)
    if browser_key:
        allowed |= Q(user=None, checkout__browser_key=browser_key)
    if token and ORDER_LINK.read(token) == public_id:
        allowed = Q()
    order = (
        Order.objects.filter(allowed, public_id=public_id)
        .select_related("brand", "market", "checkout")
        .first()
    )
    if order is None:
        raise OrderMissing
    return order


def get_invoice_of(order: Order, document_id: str = "") -> Invoice:
    """Return a document of an order that somebody was let in to.

    Without a document's id it is the order's invoice.

    Raises:
        InvoiceMissing: it has no such document, or not yet.
    """
    wanted = Q(public_id=document_id) if document_id else Q(kind=Invoice.Kind.INVOICE)
    invoice = Invoice.objects.filter(wanted, order=order).first()
    if invoice is None:
        raise InvoiceMissing
    return invoice


def get_variant_on_sale(public_id: str) -> Variant:
    """Return a variant that shoppers may see, with product, brand and category.

    Raises:
        VariantMissing: there is none, or it is not on sale.
    """
    variant = (
        Variant.objects.filter(
            public_id=public_id,
            is_active=True,
            product__state="active",
            product__brand__is_active=True,
        )
        .select_related("product__brand", "product__category")
        .first()
    )
    if variant is None:
        raise VariantMissing
    return variant


def find_address_for(shopper: Shopper) -> Address | None:
    """Return the newest address that an account keeps."""
    if shopper.user is None:
        return None
    return Address.objects.filter(user=shopper.user).first()


def get_card_for(
    user: User | AnonymousUser | None, public_id: str, gateway: str = ""
) -> PaymentMethod:
    """Return a card that this account keeps, at a gateway if one is named.

    Raises:
        CardMissing: it is not there, was forgotten, or is somebody else's.
    """
    own = PaymentMethod.objects.filter(
        user=user if isinstance(user, User) else None, forgotten_at=None
    )
    at_gateway = own.filter(gateway=gateway) if gateway else own
    card = at_gateway.filter(public_id=public_id).first()
    if card is None:
        raise CardMissing
    return card


def get_sandbox_charge(public_id: str) -> SandboxCharge:
    """Return a charge of the pretended bank, whoever asks: its id is the secret.

    Raises:
        ChargeMissing: there is none.
    """
    charge = SandboxCharge.objects.filter(public_id=public_id).first()
    if charge is None:
        raise ChargeMissing
    return charge


def get_case_for(user: User | AnonymousUser, public_id: str) -> Case:
    """Return a case of this account, of its brand, or any to staff who may answer.

    Raises:
        CaseMissing: it is not there, or it is not this person's to read.
    """
    related = Case.objects.select_related(
        "market", "user", "line__order__brand", "line__variant"
    )
    case = related.filter(public_id=public_id).first()
    if case is None or find_side(user, case) is None:
        raise CaseMissing
    return case


def find_side(user: User | AnonymousUser, case: Case) -> CaseMessage.Side | None:
    """Return on which side of a case a person stands, or None for a stranger."""
    if not isinstance(user, User):
        return None
    if case.user_id == user.pk:
        return CaseMessage.Side.SHOPPER
    if case.line is not None and _acts_for(user, case.line.order.brand_id):
        return CaseMessage.Side.BRAND
    is_staff = user.is_staff and user.has_perm("orders.change_case")
    return CaseMessage.Side.STAFF if is_staff else None


def _acts_for(user: User, brand_id: int) -> bool:
    return BrandMember.objects.filter(user=user, brand=brand_id).exists()


def get_paid_line_for(user: User, public_id: str) -> OrderLine:
    """Return an order line that this account has paid for.

    Raises:
        CaseLineMissing: it is not there, not paid, or somebody else's.
    """
    own = OrderLine.objects.filter(order__user=user, order__paid_at__isnull=False)
    line = own.select_related("order__market").filter(public_id=public_id).first()
    if line is None:
        raise CaseLineMissing
    return line


def mint_funding_link(guarantee: Guarantee) -> str:
    """Return the signed part of the address at which a guarantee is paid in."""
    return FUNDING_LINK.mint(guarantee.public_id)


def get_guarantee_by_link(code: str) -> Guarantee:
    """Return the guarantee that a signed link names; whoever has it may pay.

    Raises:
        FundingMissing: the link is not ours or too old.
    """
    rows = Guarantee.objects.select_related("agreement__payer", "creator__market")
    guarantee = rows.filter(public_id=FUNDING_LINK.read(code)).first()
    if guarantee is None:
        raise FundingMissing
    return guarantee


def list_guarantees_for(user: User) -> "QuerySet[Guarantee]":
    """Return the guarantees that wait for money of the brands a person acts for."""
    brands = Brand.objects.filter(members__user=user)
    return (
        Guarantee.objects.select_related("agreement__payer", "creator__market")
        .filter(
            state=Guarantee.State.OPEN,
            agreement__payer__owner_kind=Account.Owner.BRAND,
            agreement__payer__owner_ref__in=brands.values("public_id"),
        )
        .order_by("starts_at", "pk")
    )
