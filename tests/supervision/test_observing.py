"""Which words wait for a moderator before everybody sees them. Pure."""

from __future__ import annotations

import pytest

from tongban.supervision.observing import breaks


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("打我电话13912345678", "personal"),
        ("打我电话 139 1234 5678。", "personal"),
        ("电话１３９１２３４５６７８", "personal"),
        ("139-1234-5678", "personal"),
        ("0871-65551234 找王某", "personal"),
        ("身份证 11010519491231002X", "personal"),
        ("write to a.b@example.org", "personal"),
        ("你们这些混蛋", "insult"),
        ("You bastards", "insult"),
        ("http://a.example 便宜 http://b.example", "advertising"),
        ("2026年11月22日上午10点30分，取号A1390号", ""),
        ("实施编码11990100MB0012345000 的材料清单", ""),
        ("固体废物处理和牲畜生产的窗口在哪里？", ""),
        ("The bastardised form no. 1234567890123", ""),
        ("<script>alert(1)</script>", ""),  # is shown as it was written, and runs nowhere
    ],
)
def test_what_looks_like_breaking_a_rule_waits(text: str, rule: str) -> None:
    assert breaks(text) == rule
