"""Who runs the site in a market: what an imprint must say (L5)."""

import pghistory
from babel import Locale
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shopfront.common.fields import VAT_NUMBER
from shopfront.models.markets import Market

CODES = Locale("en").languages
"""Every language that the CLDR names, by its code."""


def check_languages(codes: object) -> None:
    """Refuse what is no list of codes of languages.

    Raises:
        ValidationError: it is none, or one stands in it twice.
    """
    is_known = isinstance(codes, list) and all(
        isinstance(code, str) and code in CODES for code in codes
    )
    if not is_known or len(set(codes)) < len(codes):  # type: ignore[call-overload, arg-type]
        raise ValidationError(
            _('Languages are a list of codes, each once, such as ["en", "de"].')
        )


@pghistory.track()
class Operator(models.Model):
    """The trader who answers for the site in a market, as it is today.

    Not the payer of a payout rule, who may be another company: what was paid names
    its payer for ever, an imprint whoever answers now.

    Source: Electronic Commerce (EC Directive) Regulations 2002 (SI 2002/2013),
    regulation 6; Directive 2000/31/EC, Article 5; DDG, Section 5; Regulation (EU)
    2022/2065, Articles 11 and 12.
    """

    market = models.ForeignKey(
        Market,
        verbose_name=_("market"),
        on_delete=models.PROTECT,
        related_name="operators",
        null=True,
        blank=True,
        help_text=_("Empty: for all markets that have no operator of their own."),
    )
    name = models.CharField(
        _("name"), max_length=120, help_text=_("As registered, with the legal form.")
    )
    address = models.TextField(
        _("address"), max_length=500, help_text=_("Where it is established; no PO box.")
    )
    represented_by = models.CharField(_("represented by"), max_length=200, blank=True)
    email = models.EmailField(
        _("e-mail address"), help_text=_("Read by people, who answer soon.")
    )
    phone = models.CharField(
        _("telephone"),
        max_length=30,
        blank=True,
        validators=[
            RegexValidator(
                r"^\+[1-9][0-9 ]{5,}[0-9]\Z",
                _("Write the number with its country, such as +44 113 496 0000."),
            )
        ],
    )
    register_name = models.CharField(_("trade register"), max_length=120, blank=True)
    register_number = models.CharField(
        _("number in the trade register"), max_length=40, blank=True
    )
    vat_number = models.CharField(
        _("VAT number"),
        max_length=15,
        blank=True,
        validators=[
            RegexValidator(
                rf"^{VAT_NUMBER}\Z",
                _(
                    "A VAT number has two letters of the country and 2 to 13 letters "
                    "or digits."
                ),
            )
        ],
    )
    authority = models.CharField(
        _("supervisory authority"),
        max_length=200,
        blank=True,
        help_text=_("Where the law asks for a permission to run this."),
    )
    authorities_email = models.EmailField(
        _("e-mail address for authorities"),
        blank=True,
        help_text=_("Empty: the address above."),
    )
    contact_languages = models.JSONField(
        _("languages of letters"),
        default=list,
        blank=True,
        validators=[check_languages],
        help_text=_('In which people and authorities may write, such as ["en"].'),
    )

    class Meta:
        ordering = ["market", "name"]
        verbose_name = _("operator")
        verbose_name_plural = _("operators")
        constraints = [
            models.UniqueConstraint(
                fields=["market"],
                nulls_distinct=False,
                name="shopfront_operator_one_per_market",
                violation_error_message=_("This market has an operator already."),
            ),
            models.CheckConstraint(
                condition=Q(name__regex=r"\S")
                & Q(address__regex=r"\S")
                & Q(email__contains="@"),
                name="shopfront_operator_can_be_found",
            ),
            models.CheckConstraint(
                condition=Q(register_name="", register_number="")
                | ~(Q(register_name="") | Q(register_number="")),
                name="shopfront_operator_register_is_whole",
                violation_error_message=_(
                    "Write the trade register and the number in it, or neither."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def languages_in(self, language: str) -> list[str]:
        """Name the languages of letters in a language of `settings.LANGUAGES`."""
        names = Locale.parse(language, sep="-").languages
        return [str(names.get(code, code)) for code in self.contact_languages]
