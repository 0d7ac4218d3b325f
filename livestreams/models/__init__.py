"""Where it happens: shows, their rooms, pins, chat, recordings."""

from livestreams.models.audiences import ShowInvitation
from livestreams.models.briefings import Briefing, BriefingLine
from livestreams.models.captions import CaptionChannel, CaptionCue, CaptionTrack
from livestreams.models.chat import ChatMessage, Report, Sanction, WordList
from livestreams.models.claims import DeniedClaim
from livestreams.models.clips import Clip, ClipProduct
from livestreams.models.curves import AudienceMinute
from livestreams.models.duties import BrandAlertRule, DutyShift
from livestreams.models.erasures import ErasureWish
from livestreams.models.evidence import EvidenceClip, SaidOnAir
from livestreams.models.funnel import FunnelEvent, FunnelKind, FunnelSum
from livestreams.models.gateways import Gateway, SimulcastTarget
from livestreams.models.giveaways import Giveaway, GiveawayEntry, GiveawayTerms
from livestreams.models.moderation import (
    Appeal,
    BanShare,
    Category,
    HelpCall,
    ModerationAction,
)
from livestreams.models.polls import Poll, PollVote
from livestreams.models.prepared import PreparedOffer
from livestreams.models.questions import Question
from livestreams.models.remotes import RemoteControl
from livestreams.models.replays import ReplayView
from livestreams.models.reporter_appeals import ReporterAppeal
from livestreams.models.rooms import RoomEvent, RoomMinute, RoomSequence
from livestreams.models.rules import ChatPin, ChatTurn, RoomRules
from livestreams.models.runs import RunItem
from livestreams.models.shield import GoodsAlert, Shielding
from livestreams.models.shows import (
    CoHost,
    Livestream,
    LivestreamProduct,
    Pin,
    Recording,
    Rsvp,
)
from livestreams.models.takealong import TakeAlong
from livestreams.models.team import TeamMember
from livestreams.models.veils import PictureAppeal, PictureReport, VeiledPicture

__all__ = [
    "Appeal",
    "AudienceMinute",
    "BanShare",
    "BrandAlertRule",
    "Briefing",
    "BriefingLine",
    "CaptionChannel",
    "CaptionCue",
    "CaptionTrack",
    "Category",
    "ChatMessage",
    "ChatPin",
    "ChatTurn",
    "Clip",
    "ClipProduct",
    "CoHost",
    "DeniedClaim",
    "DutyShift",
    "ErasureWish",
    "EvidenceClip",
    "FunnelEvent",
    "FunnelKind",
    "FunnelSum",
    "Gateway",
    "Giveaway",
    "GiveawayEntry",
    "GiveawayTerms",
    "GoodsAlert",
    "HelpCall",
    "Livestream",
    "LivestreamProduct",
    "ModerationAction",
    "PictureAppeal",
    "PictureReport",
    "Pin",
    "Poll",
    "PollVote",
    "PreparedOffer",
    "Question",
    "Recording",
    "RemoteControl",
    "ReplayView",
    "Report",
    "ReporterAppeal",
    "RoomEvent",
    "RoomMinute",
    "RoomRules",
    "RoomSequence",
    "Rsvp",
    "RunItem",
    "SaidOnAir",
    "Sanction",
    "Shielding",
    "ShowInvitation",
    "SimulcastTarget",
    "TakeAlong",
    "TeamMember",
    "VeiledPicture",
    "WordList",
]
