"""What the packages above build pages with; templates use the tags of `{% load look %}`."""

from tongban.look.components import Bar, Entry, Fact, Row, Step, Task, Text, Tone
from tongban.look.display import Display, display_of
from tongban.look.errors import too_many_requests
from tongban.look.fields import LookRenderer
from tongban.look.formats import clock_time, count, day, day_short, moment, money, weekday
from tongban.look.paragraphs import paragraphs
from tongban.look.requests import reference_of

__all__ = [
    "Bar",
    "Display",
    "Entry",
    "Fact",
    "LookRenderer",
    "Row",
    "Step",
    "Task",
    "Text",
    "Tone",
    "clock_time",
    "count",
    "day",
    "day_short",
    "display_of",
    "moment",
    "money",
    "paragraphs",
    "reference_of",
    "too_many_requests",
    "weekday",
]
