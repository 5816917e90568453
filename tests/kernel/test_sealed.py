"""Sealed values open only whole, in their place, with their key."""

from __future__ import annotations

import base64
import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.kernel.sealed import CannotOpen, blind_index, seal, unseal


@given(st.text())
def test_what_is_sealed_opens(value: str) -> None:
    assert unseal(seal(value, "here"), "here") == value


def test_the_same_value_is_sealed_differently_each_time() -> None:
    assert seal("990102199001010015", "here") != seal("990102199001010015", "here")


@given(st.integers(0, 200), st.integers(1, 255))
def test_any_changed_byte_is_noticed(place: int, change: int) -> None:
    name, _, encoded = seal("990102199001010015", "here").partition(":")
    box = bytearray(base64.b64decode(encoded))
    box[place % len(box)] ^= change
    with pytest.raises(CannotOpen):
        unseal(f"{name}:{base64.b64encode(bytes(box)).decode()}", "here")


@pytest.mark.parametrize("rubbish", ["", "x", "insecure:", "insecure:!!", "other:AAAA"])
def test_rubbish_does_not_open(rubbish: str) -> None:
    with pytest.raises(CannotOpen):
        unseal(rubbish, "here")


def test_a_sealed_value_moved_to_another_field_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        unseal(seal("x", "here"), "there")


def test_keys_are_rotated_without_losing_old_values(settings: Any) -> None:
    old = seal("x", "here")
    index = blind_index("x", "here")
    fresh = base64.b64encode(os.urandom(32)).decode()
    settings.SEAL_KEYS = f"2027:{fresh},{settings.SEAL_KEYS}"
    assert unseal(old, "here") == "x"
    assert seal("x", "here").startswith("2027:")
    assert blind_index("x", "here") == index


def test_blind_indexes_tell_values_and_contexts_apart() -> None:
    assert blind_index("a", "here") == blind_index("a", "here")
    assert len({blind_index("a", "here"), blind_index("b", "here"), blind_index("a", "there")}) == 3
