"""Roles of the administration: groups with the least rights that do the work (S1).

`view` lets a role look, `change` lets it run the actions of a page; rows of money,
stock and the ledger have no form whatever the rights.
"""

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

LOOK = ("view",)
ACT = ("view", "change")
EDIT = ("view", "add", "change")

STAFF = "staff"
MODERATORS = "moderators"

ROLES: dict[str, dict[str, tuple[str, ...]]] = {
    STAFF: {
        "shopfront.user": ACT,
        "shopfront.market": LOOK,
        "shopfront.operator": EDIT,
        "shopfront.taxrate": LOOK,
        "shopfront.marketrule": LOOK,
        "shopfront.audit": LOOK,
        "shopfront.outbox": ACT,
        "catalog.brand": ACT,
        "catalog.brandmember": EDIT,
        "catalog.category": EDIT,
        "catalog.deliveryoption": EDIT,
        "catalog.sizechart": EDIT,
        "catalog.collaboration": ACT,
        "catalog.proposal": ACT,
        "catalog.samplecriteria": EDIT,
        "catalog.samplerequest": ACT,
        "catalog.veto": LOOK,
        "catalog.product": ACT,
        "catalog.productappeal": ACT,
        "catalog.reportappeal": ACT,
        "catalog.productpicture": LOOK,
        "catalog.productreport": LOOK,
        "catalog.reportedproduct": ACT,
        "catalog.reportedproductevent": LOOK,
        "catalog.variant": ACT,
        "catalog.priceversion": LOOK,
        "catalog.offer": ACT,
        "orders.coupon": EDIT,
        "orders.couponuse": LOOK,
        "catalog.offerlimit": ACT,
        "catalog.pricefloor": ACT,
        "catalog.flooroverride": LOOK,
        "catalog.stock": LOOK,
        "catalog.stockmovement": LOOK,
        "catalog.reservation": LOOK,
        "orders.checkout": LOOK,
        "orders.order": ACT,
        "orders.shipment": ACT,
        "orders.shipmentline": LOOK,
        "orders.return": LOOK,
        "orders.returnline": LOOK,
        "orders.refundline": LOOK,
        "orders.orderline": LOOK,
        "orders.payment": LOOK,
        "orders.paymentnotice": LOOK,
        "orders.refund": LOOK,
        "orders.dispute": ACT,
        "orders.fundingpayment": LOOK,
        "orders.fundingloss": ACT,
        "orders.paymentmethod": LOOK,
        "orders.invoice": LOOK,
        "orders.withdrawal": LOOK,
        "orders.case": ACT,
        "orders.casemessage": LOOK,
        "orders.productquality": LOOK,
        "creators.creator": ACT,
        "creators.agreement": ACT,
        "creators.guarantee": ACT,
        "creators.guaranteefunding": ACT,
        "creators.marketterms": LOOK,
        "creators.account": ACT,
        "creators.workdecision": ACT,
        "creators.worklimit": LOOK,
        "creators.worksession": LOOK,
        "creators.workentry": LOOK,
        "creators.overtimepremium": LOOK,
        "creators.dutypremium": LOOK,
        "creators.ledgertransaction": LOOK,
        "creators.entry": ACT,
        "creators.commission": ACT,
        "creators.payoutrun": ACT,
        "creators.connectedaccount": ACT,
        "creators.payout": LOOK,
        "creators.selfbilledinvoice": LOOK,
        "creators.linehold": ACT,
        "creators.entryhold": ACT,
        "creators.bankanswer": LOOK,
        "catalog.platformreport": ACT,
        "creators.welfareperson": LOOK,
        "livestreams.livestream": ACT,
        "livestreams.livestreamproduct": LOOK,
        "livestreams.runitem": LOOK,
        "livestreams.briefing": LOOK,
        "livestreams.briefingline": LOOK,
        "livestreams.pin": LOOK,
        "livestreams.roomrules": LOOK,
        "livestreams.chatpin": LOOK,
        "livestreams.chatmessage": ACT,
        "livestreams.sanction": ACT,
        "livestreams.moderationaction": ACT,
        "livestreams.appeal": ACT,
        "livestreams.helpcall": ACT,
        "livestreams.banshare": LOOK,
        "livestreams.wordlist": EDIT,
        "livestreams.report": ACT,
        "livestreams.veiledpicture": ACT,
        "livestreams.pictureappeal": ACT,
        "livestreams.picturereport": LOOK,
        "livestreams.shielding": LOOK,
        "livestreams.goodsalert": ACT,
        "livestreams.brandalertrule": EDIT,
        "livestreams.dutyshift": EDIT,
        "livestreams.recording": LOOK,
    },
    MODERATORS: {
        "catalog.productreport": LOOK,
        "catalog.reportedproduct": LOOK,
        "catalog.reportedproductevent": LOOK,
        "livestreams.livestream": LOOK,
        "livestreams.roomrules": LOOK,
        "livestreams.chatpin": LOOK,
        "livestreams.chatmessage": ACT,
        "livestreams.sanction": ACT,
        "livestreams.moderationaction": ACT,
        "livestreams.appeal": ACT,
        "livestreams.helpcall": ACT,
        "livestreams.report": ACT,
        "livestreams.veiledpicture": ACT,
        "livestreams.pictureappeal": ACT,
        "livestreams.picturereport": LOOK,
        "livestreams.shielding": LOOK,
        "livestreams.goodsalert": ACT,
        "livestreams.wordlist": LOOK,
    },
}


def ensure_roles() -> list[Group]:
    """Make the groups of the administration with exactly the rights listed here.

    Safe to repeat: yes; a group that differs is put right.
    """
    _ensure_permissions()
    known = {
        f"{row.content_type.app_label}.{row.codename}": row
        for row in Permission.objects.select_related("content_type")
    }
    groups = []
    for name, rights in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set(
            known[_codename(model, verb)]
            for model, verbs in rights.items()
            for verb in verbs
        )
        groups.append(group)
    return groups


def _codename(model: str, verb: str) -> str:
    app, name = model.split(".")
    return f"{app}.{verb}_{name}"


def _ensure_permissions() -> None:
    """Make permissions that a migration run without its signals left out."""
    if Permission.objects.filter(codename="view_outbox").exists():
        return
    for config in apps.get_app_configs():
        create_permissions(config, verbosity=0)
