"""Decorative line icons, drawn for Tongban on a 24 × 24 grid; always beside a word."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

# Shapes inside the <svg>. Strokes and fills take the colour of the text around them.
_FILLED = 'fill="currentColor" stroke="none"'
_ICONS = {
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
    "dot": '<circle cx="12" cy="12" r="6"/>',
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.5M12 7.5v.2"/>',
    "half": f'<circle cx="12" cy="12" r="7"/><path d="M12 5a7 7 0 0 1 0 14z" {_FILLED}/>',
    "pause": '<circle cx="12" cy="12" r="8"/><path d="M10 9v6M14 9v6"/>',
    "alert": '<path d="M12 4 3 20h18z"/><path d="M12 10v4.5M12 17.3v.2"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "cross": '<path d="m6 6 12 12M18 6 6 18"/>',
    "late": '<path d="M12 3 21 12 12 21 3 12z"/><path d="M12 8v4.5M12 15.6v.2"/>',
    "clock": '<circle cx="12" cy="12" r="8"/><path d="M12 7.5V12l3 2"/>',
    "arrow": '<path d="M5 12h14M13 6l6 6-6 6"/>',
    "back": '<path d="M19 12H5M11 6l-6 6 6 6"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c1-4 4-6 7.5-6s6.5 2 7.5 6"/>',
    "inbox": '<path d="M4 6h16v12H4z"/><path d="m4 7 8 6 8-6"/>',
    "phone": '<path d="M6 3h4l1.5 5-2.5 1.5a12 12 0 0 0 5.5 5.5L16 12.5l5 1.5v4a3 3 0 0 1-3 3'
    'A15 15 0 0 1 3 6a3 3 0 0 1 3-3z"/>',
    "place": '<path d="M12 21s7-6.2 7-11.5a7 7 0 0 0-14 0C5 14.8 12 21 12 21z"/>'
    '<circle cx="12" cy="9.5" r="2.5"/>',
    "document": '<path d="M6 3h8l4 4v14H6z"/><path d="M14 3v4h4M9 12h6M9 16h6"/>',
    "print": '<path d="M7 9V3h10v6M7 18H4V9h16v9h-3"/><path d="M7 14h10v7H7z"/>',
    "share": '<path d="M12 15V3M8 7l4-4 4 4M5 12v8h14v-8"/>',
    "copy": '<path d="M8 8h12v12H8z"/><path d="M16 8V4H4v12h4"/>',
    "lock": '<path d="M5 11h14v9H5z"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>',
    "calendar": '<path d="M4 6h16v14H4zM4 10.5h16M8 3v5M16 3v5"/>',
    "down": '<path d="m6 9 6 6 6-6"/>',
    "menu": '<path d="M4 7h16M4 12h16M4 17h16"/>',
}


def icon(name: str) -> SafeString:
    """The icon as inline SVG, hidden from screen readers. Raises KeyError for an unknown name."""
    return format_html(
        '<svg class="tb-icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" '
        'focusable="false">{}</svg>',
        mark_safe(_ICONS[name]),  # noqa: S308 - constants of this file
    )
