"""Search, for the packages above. Everything else in `tongban.search` is private."""

from __future__ import annotations

from tongban.search.documents import Document

__all__ = ["Document"]
