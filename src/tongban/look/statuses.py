"""The words, tones and shapes of states. A state never speaks through colour alone."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from tongban.look.components import Text, Tone

# Each tone has its shape (an icon of icons.py), so that it is told apart without colour.
SHAPES: dict[str, str] = {
    "neutral": "dot",
    "progress": "half",
    "waiting": "pause",
    "action": "alert",
    "done": "check",
    "refused": "cross",
    "late": "late",
}

# For states whose package does not bring its own words (`.label`), and the tone of all.
WORDS: dict[str, tuple[Text, Tone]] = {
    "draft": (pgettext_lazy("case state", "Draft"), "neutral"),
    "submitted": (pgettext_lazy("case state", "Submitted"), "progress"),
    "incomplete": (pgettext_lazy("case state", "Documents needed"), "action"),
    "not_accepted": (pgettext_lazy("case state", "Not accepted"), "refused"),
    "accepted": (pgettext_lazy("case state", "Accepted"), "progress"),
    "suspended": (pgettext_lazy("case state", "Documents needed, clock stopped"), "action"),
    "examined": (pgettext_lazy("case state", "Examined"), "progress"),
    "granted": (pgettext_lazy("case state", "Granted"), "done"),
    "refused": (pgettext_lazy("case state", "Refused"), "refused"),
    "completed": (pgettext_lazy("case state", "Completed"), "done"),
    "delivered": (pgettext_lazy("case state", "Delivered"), "done"),
    "withdrawn": (pgettext_lazy("case state", "Withdrawn"), "neutral"),
    "terminated": (pgettext_lazy("case state", "Ended"), "neutral"),
}


def describe(state: object, label: Text = "", tone: str = "") -> tuple[Text, str, str]:
    """(words, tone, shape) of a state: a code, or a TextChoices member with its own label."""
    code = str(getattr(state, "value", state))
    words, usual = WORDS.get(code, (code, "neutral"))
    # What is said expressly wins, then the words of the package that owns the state.
    words = label or getattr(state, "label", "") or words
    tone = tone or usual
    return words, tone, SHAPES[tone]
