"""People who sign in, whatever their roles."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import (
    AbstractBaseUser,
    BaseUserManager,
    PermissionsMixin,
)
from django.db import models
from django.utils.translation import gettext_lazy as _

from shopfront.common import clock
from shopfront.common.ids import PublicIdField


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address."""

    def create_user(
        self, email: str, password: str | None = None, **fields: Any
    ) -> User:
        """Create a person with a normalised e-mail address."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, password: str | None = None, **fields: Any
    ) -> User:
        """Create a member of staff with every right."""
        return self.create_user(
            email, password, is_staff=True, is_superuser=True, **fields
        )


class User(AbstractBaseUser, PermissionsMixin):
    """An account: market, language and age band, never a document (S6)."""

    class AgeBand(models.TextChoices):
        UNKNOWN = "unknown", _("Age unknown")
        UNDER_18 = "under_18", _("Under 18")
        ADULT = "adult", _("18 or older")

    public_id = PublicIdField()
    email = models.EmailField(_("e-mail address"), unique=True)
    display_name = models.CharField(
        _("name shown to others"), max_length=60, blank=True
    )
    market = models.ForeignKey(
        "shopfront.Market", on_delete=models.PROTECT, null=True, blank=True
    )
    language = models.CharField(_("language"), max_length=10, default="en-gb")
    age_band = models.CharField(
        _("age band"), max_length=10, choices=AgeBand, default=AgeBand.UNKNOWN
    )
    age_method = models.CharField(_("assured by"), max_length=40, blank=True)
    age_assured_at = models.DateTimeField(_("assured at"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_demo = models.BooleanField(_("invented for the demo"), default=False)
    date_joined = models.DateTimeField(_("joined"), default=clock.now)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.email

    @property
    def name(self) -> str:
        """What others see: the display name, else the part before the @ sign."""
        return self.display_name or self.email.partition("@")[0]

    @property
    def is_under_18(self) -> bool:
        """Whether assurance put this person below 18."""
        return self.age_band == self.AgeBand.UNDER_18

    @property
    def is_adult(self) -> bool:
        """Whether assurance put this person at 18 or above."""
        return self.age_band == self.AgeBand.ADULT
