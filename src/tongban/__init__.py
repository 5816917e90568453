"""Tongban 通办: an integrated online government-services platform."""
