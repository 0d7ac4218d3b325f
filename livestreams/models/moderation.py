"""What moderators did, to whom, why and until when; appeals; calls for help (C9)."""

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.sayings import say
from livestreams.models.shows import Livestream
from shopfront.common import clock
from shopfront.common.ids import PublicIdField
from shopfront.models.appeals import ErasableAppeal


class Category(models.TextChoices):
    """What was wrong, in the words that reports use too."""

    INSULT = "insult", _("Insult or hate")
    SPAM = "spam", _("Spam or advertising")
    FRAUD = "fraud", _("Fraud or a trap")
    PRIVATE = "private", _("Somebody's private details")
    DANGER = "danger", _("Danger to somebody")
    OTHER = "other", _("Something else")


@pghistory.track()
class ModerationAction(models.Model):
    """One act of moderation; undone once at most, never rewritten."""

    class Kind(models.TextChoices):
        REMOVE = "remove", _("Message removed")
        MUTE = "mute", _("Muted")
        BAN = "ban", _("Banned")
        PHRASE = "phrase", _("Messages with a phrase removed")
        SHIELD = "shield", _("Shield mode")
        HOLD = "hold", _("Held for a decision")
        FLOOD = "flood", _("Same words from many accounts held")
        DISMISS = "dismiss", _("Question dismissed")

    public_id = PublicIdField()
    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="moderation_actions"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="moderation_actions",
    )
    category = models.CharField(
        _("category"), max_length=10, choices=Category, default=Category.OTHER
    )
    reason = models.CharField(_("reason"), max_length=200)
    phrase = models.CharField(_("phrase"), max_length=100, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty where a rule acted by itself."),
    )
    until = models.DateTimeField(_("until"), null=True, blank=True)
    created_at = models.DateTimeField(_("at"), default=clock.now)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    undo_reason = models.CharField(_("why undone"), max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("moderation action")
        verbose_name_plural = _("moderation actions")
        indexes = [
            models.Index(fields=["person", "-id"], name="livestreams_action_of_person"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["livestream"],
                condition=models.Q(kind="shield", undone_at=None),
                name="livestreams_action_one_shield",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {say(self.reason)}"


@pghistory.track(exclude=["text"])
class Appeal(ErasableAppeal):
    """A person asks that somebody else looks at an action again (C9).

    What somebody wrote can be erased, so history does not keep it.
    """

    action = models.ForeignKey(
        ModerationAction, on_delete=models.CASCADE, related_name="appeals"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appeals"
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        constraints = [
            models.UniqueConstraint(
                fields=["action", "person"], name="livestreams_appeal_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action_id} {self.state}"


@pghistory.track()
class BanShare(models.Model):
    """One creator's bans hold in another's shows, while both want it (C4)."""

    public_id = PublicIdField()
    giver = models.ForeignKey(
        "creators.Creator", on_delete=models.CASCADE, related_name="bans_given"
    )
    taker = models.ForeignKey(
        "creators.Creator", on_delete=models.CASCADE, related_name="bans_taken"
    )
    offered_at = models.DateTimeField(_("offered at"), default=clock.now)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        "creators.Creator",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("shared ban list")
        verbose_name_plural = _("shared ban lists")
        constraints = [
            models.UniqueConstraint(
                fields=["giver", "taker"],
                condition=models.Q(ended_at=None),
                name="livestreams_banshare_one_open",
            ),
            models.CheckConstraint(
                condition=~models.Q(giver=models.F("taker")),
                name="livestreams_banshare_not_with_oneself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giver} > {self.taker}"


class HelpCall(models.Model):
    """A host asks for help; somebody answers, or more people are called (C11)."""

    class Reach(models.TextChoices):
        MODERATORS = "moderators", _("The show's moderators are called.")
        DUTY = "duty", _("Who is on duty is called.")
        STAFF = "staff", _("Nobody is on duty now, so all of staff are called.")

    public_id = PublicIdField()
    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="help_calls"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    words = models.CharField(_("what is wrong"), max_length=500, blank=True)
    reach = models.CharField(
        _("who is called first"),
        max_length=10,
        choices=Reach,
        default=Reach.MODERATORS,
    )
    called_at = models.DateTimeField(_("called at"), default=clock.now)
    widened_at = models.DateTimeField(_("more were called at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = _("call for help")
        verbose_name_plural = _("calls for help")
        constraints = [
            models.UniqueConstraint(
                fields=["livestream"],
                condition=models.Q(answered_at=None),
                name="livestreams_helpcall_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.livestream} {self.called_at:%H:%M}"
