"""Pass a page on: its address, a mail with it, and a square that phones read. No third parties."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

import segno
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Share:
    """The address of a page, without what stands behind "?", in the forms people pass on."""

    address: str
    mail: str
    square: SafeString


def share_of(request: HttpRequest, title: str, path: str) -> Share:
    """How to pass on the page at a path of this site."""
    address = request.build_absolute_uri(path)
    body = _("%(title)s: %(address)s") % {"title": title, "address": address}
    return Share(
        address=address,
        mail=f"mailto:?subject={quote(title)}&body={quote(body)}",
        square=qr_square(address),
    )


def qr_square(text: str) -> SafeString:
    """A QR code (ISO/IEC 18004, error correction M) as inline SVG, hidden from screen readers."""
    drawn: str = segno.make(text, error="m", micro=False).svg_inline(
        border=2, omitsize=True, svgclass="tb-qr", lineclass=None
    )
    # Its text is encoded in the squares; nothing of it stands in the markup.
    return mark_safe(drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))  # noqa: S308
