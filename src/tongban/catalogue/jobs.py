"""The catalogue's jobs, for the worker to find."""

from __future__ import annotations

from tongban.catalogue.scheduling import planned_guides

__all__ = ["planned_guides"]
