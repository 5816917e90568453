"""The workbench's words for what cases are made of."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongban.cases.api import Act, StageKind
from tongban.look.api import Text, Tone

STAGES: dict[str, Text] = {
    StageKind.ACCEPTANCE: pgettext_lazy("stage", "Acceptance"),
    StageKind.EXAMINATION: pgettext_lazy("stage", "Examination"),
    StageKind.DECISION: pgettext_lazy("stage", "Decision"),
    StageKind.COMPLETION: pgettext_lazy("stage", "Completion"),
    StageKind.DELIVERY: pgettext_lazy("stage", "Delivery"),
}

# The acts as buttons and headings, by the slug of their page.
ACTS: dict[str, Text] = {
    "accept": pgettext_lazy("act", "Accept"),
    "examine": pgettext_lazy("act", "Record the examination"),
    "decide": pgettext_lazy("act", "Decide"),
    "complete": pgettext_lazy("act", "Complete the case"),
    "deliver": pgettext_lazy("act", "Record delivery"),
    "ask-supplement": pgettext_lazy("act", "Ask for a supplement"),
    "refuse-acceptance": pgettext_lazy("act", "Do not accept"),
    "terminate": pgettext_lazy("act", "End without a decision"),
    "assign": pgettext_lazy("act", "Hand over to a colleague"),
}

# What happened, for timelines.
EVENTS: dict[str, Text] = {
    Act.SUBMIT: pgettext_lazy("event", "Application arrived"),
    Act.ACCEPT: pgettext_lazy("event", "Accepted"),
    Act.REFUSE_ACCEPTANCE: pgettext_lazy("event", "Not accepted"),
    Act.ASK_SUPPLEMENT: pgettext_lazy("event", "Supplement asked for"),
    Act.SUPPLEMENT: pgettext_lazy("event", "Supplement arrived"),
    Act.EXAMINE: pgettext_lazy("event", "Examined"),
    Act.GRANT: pgettext_lazy("event", "Granted"),
    Act.REFUSE: pgettext_lazy("case state", "Refused"),
    Act.COMPLETE: pgettext_lazy("event", "Completed"),
    Act.DELIVER: pgettext_lazy("event", "Delivered"),
    Act.WITHDRAW: pgettext_lazy("event", "Withdrawn by the applicant"),
    Act.TERMINATE: pgettext_lazy("event", "Ended without a decision"),
    "claim": pgettext_lazy("event", "Taken on"),
    "release": pgettext_lazy("event", "Given back to the queue"),
    "assign": pgettext_lazy("event", "Handed over"),
    "recalculate": pgettext_lazy("event", "New deadline: the calendar changed"),
}

TONES: dict[str, Tone] = {
    Act.ASK_SUPPLEMENT: "action",
    Act.GRANT: "done",
    Act.COMPLETE: "done",
    Act.DELIVER: "done",
    Act.REFUSE: "refused",
    Act.REFUSE_ACCEPTANCE: "refused",
}

WAYS: dict[str, Text] = {
    "online": _("Online: it is on the case’s page"),
    "pick_up": _("Picked up at a window"),
    "courier": _("By courier"),
}

ROLES: dict[str, Text] = {
    "clerk": _("Window clerk"),
    "officer": _("Case officer"),
    "supervisor": _("Supervisor"),
    "editor": _("Directory editor"),
    "administrator": _("System administrator"),
    "programme": _("Programme office"),
    "reporter": _("Reporting officer"),
}

CAPACITIES: dict[str, Text] = {
    "self": _("for themselves"),
    "representative": _("as legal representative"),
    "agent": _("as agent"),
    "guardian": _("as guardian"),
}

CHANNELS: dict[str, Text] = {
    "online": pgettext_lazy("channel", "Online"),
    "window": pgettext_lazy("channel", "At a window"),
    "api": pgettext_lazy("channel", "Through another system"),
}
