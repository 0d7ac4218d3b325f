"""Accounts: what a person sets for themselves, and what staff decide about them."""

from django.contrib.auth.models import Group
from django.db import transaction

from shopfront.models import Market, User
from shopfront.services import audit
from shopfront.services.roles import ensure_roles


def set_profile(
    user: User, *, display_name: str, language: str, market: Market | None
) -> User:
    """Store the name, language and market that a person chose.

    Nothing here touches the age band: it comes from assurance alone (S6).
    """
    user.display_name = display_name
    user.language = language
    user.market = market
    user.save(update_fields=["display_name", "language", "market"])
    return user


def set_place(user: User, *, language: str, market: Market) -> None:
    """Store the country a person shops in and the language of their pages."""
    user.language = language
    user.market = market
    user.save(update_fields=["language", "market"])


def close_account(user: User, *, by: User, reason: str) -> bool:
    """Keep a person from signing in; False if the account was closed before.

    Safe to repeat: yes; the audit row is written once.
    """
    return _switch(user, is_active=False, by=by, reason=reason)


def reopen_account(user: User, *, by: User, reason: str) -> bool:
    """Let a person sign in again; False if the account was open.

    Safe to repeat: yes; the audit row is written once.
    """
    return _switch(user, is_active=True, by=by, reason=reason)


def give_role(user: User, role: str, *, by: User, reason: str) -> None:
    """Let a person into the administration with the rights of a role.

    Args:
        user: who gets the role.
        role: the name of a group of `roles.ROLES`.
        by: who decides it.
        reason: why, for the audit log.

    Safe to repeat: yes.
    """
    ensure_roles()
    with transaction.atomic():
        user.groups.add(Group.objects.get(name=role))
        User.objects.filter(pk=user.pk).update(is_staff=True)
        _audit("shopfront.give_role", user, by, reason, role=role)
    user.refresh_from_db()


def take_roles(user: User, *, by: User, reason: str) -> None:
    """Take a person's roles and the way into the administration.

    Safe to repeat: yes.
    """
    with transaction.atomic():
        names = sorted(user.groups.values_list("name", flat=True))
        user.groups.clear()
        User.objects.filter(pk=user.pk).update(is_staff=False, is_superuser=False)
        _audit("shopfront.take_roles", user, by, reason, role=", ".join(names))
    user.refresh_from_db()


def _switch(user: User, *, is_active: bool, by: User, reason: str) -> bool:
    with transaction.atomic():
        changed = User.objects.filter(pk=user.pk, is_active=not is_active).update(
            is_active=is_active
        )
        if changed:
            action = "reopen_account" if is_active else "close_account"
            _audit(f"shopfront.{action}", user, by, reason)
    user.refresh_from_db()
    return bool(changed)


def _audit(action: str, user: User, by: User, reason: str, **facts: str) -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="user",
        subject_ref=user.public_id,
        reason=reason,
        facts=facts,
    )
