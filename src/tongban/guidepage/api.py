"""A guide's page, for the sites. Everything else in `tongban.guidepage` is private."""

from __future__ import annotations

from tongban.guidepage.fit import (
    ANSWERS,
    Answer,
    FitQuestion,
    Verdict,
    fit_context,
    questions_of,
    verdict_on,
)
from tongban.guidepage.links import Links, public, public_links
from tongban.guidepage.opening import DayHours, OpeningView, PhoneView, opening, phones
from tongban.guidepage.others import Other, other_ways, same_elsewhere
from tongban.guidepage.page import VersionRow, context_of, rating_bars
from tongban.guidepage.papers import checklist_context, paper_context
from tongban.guidepage.sharing import Share, share_of
from tongban.guidepage.view import DELIVERY, MEDIUM, ORIGINAL, REACH, WAYS, GuideView
from tongban.guidepage.words import days_in_words, visits_in_words

__all__ = [
    "ANSWERS",
    "DELIVERY",
    "MEDIUM",
    "ORIGINAL",
    "REACH",
    "WAYS",
    "Answer",
    "DayHours",
    "FitQuestion",
    "GuideView",
    "Links",
    "OpeningView",
    "Other",
    "PhoneView",
    "Share",
    "Verdict",
    "VersionRow",
    "checklist_context",
    "context_of",
    "days_in_words",
    "fit_context",
    "opening",
    "other_ways",
    "paper_context",
    "phones",
    "public",
    "public_links",
    "questions_of",
    "rating_bars",
    "same_elsewhere",
    "share_of",
    "verdict_on",
    "visits_in_words",
]
