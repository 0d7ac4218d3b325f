"""The form in which staff make limits of work tighter."""

from typing import Any

from creators.forms import LimitsForm
from shopfront.common.desk import ReasonForm
from shopfront.markets import list_selling_markets


class StaffLimitsForm(ReasonForm, LimitsForm):
    """Limits in any selling market, with a reason for the audit log."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, markets=list_selling_markets(), **kwargs)
