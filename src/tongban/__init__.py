"""Tongban 通办: an integrated online government-services platform."""

__version__ = "0.1.0"
