"""Refusals around reported products, with stable codes."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Denied, Invalid, Missing


class GoodsReportMissing(Missing):
    """There is no such report, or it is somebody else's."""

    code = "catalog.goods_report_missing"
    default_message = _("We cannot find this report.")


class GoodsReportUnsound(Invalid):
    """No reason was chosen, or nothing was said about it."""

    code = "catalog.goods_report_unsound"
    default_message = _("Choose what is wrong, and say it in a sentence.")


class GoodsReportedTooOften(Conflict):
    """One person, or one place, reports one product after another."""

    code = "catalog.goods_reported_too_often"
    default_message = _("You reported many products just now. Go on in a while.")


class OwnGoods(Denied):
    """Nobody decides on reports of what their own brand sells."""

    code = "catalog.own_goods"
    default_message = _("Somebody else has to decide about products of your brand.")


class GoodsReportDecided(Conflict):
    """Somebody decided before."""

    code = "catalog.goods_report_decided"
    default_message = _("This was decided on already.")


class GoodsNotWithdrawn(Conflict):
    """It was not withdrawn after a report, or somebody put it back before."""

    code = "catalog.goods_not_withdrawn"
    default_message = _("This product is not withdrawn after a report.")


class GoodsAppealEmpty(Invalid):
    """Not a word was said."""

    code = "catalog.goods_appeal_empty"
    default_message = _("Say in a sentence why we should look again.")


class GoodsAppealTooLate(Conflict):
    """The decision is older than six months."""

    code = "catalog.goods_appeal_too_late"
    default_message = _("The six months to appeal against this decision are over.")


class GoodsAppealedBefore(Conflict):
    """A decision is appealed against once."""

    code = "catalog.goods_appealed_before"
    default_message = _("Your brand appealed against this decision already.")


class ReportNotRefused(Conflict):
    """Nobody decided that the product stays, or it went after all."""

    code = "catalog.report_not_refused"
    default_message = _("We did not decide against this report.")


class ReportAppealedBefore(Conflict):
    """Who reported appealed before: once is looked at."""

    code = "catalog.report_appealed_before"
    default_message = _("You appealed against this decision already.")


class GoodsAppealDecided(Conflict):
    """Somebody answered before."""

    code = "catalog.goods_appeal_decided"
    default_message = _("This appeal was decided before.")


class OwnGoodsDecision(Denied):
    """Who decided, or who appeals, does not answer the appeal."""

    code = "catalog.own_goods_decision"
    default_message = _("Somebody else has to decide on appeals against your own acts.")
