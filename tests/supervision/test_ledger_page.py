"""The worked example of docs/ledger.md is what it says it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tongban.supervision import ledger, verify_ledger
from tools.stamps import ROOT


def test_the_example_on_the_page_holds_and_one_byte_changed_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "ledger.md").read_text(encoding="utf-8")
    blocks = dict(re.findall(r"```(jsonl|json)\n(.*?)```", page, re.DOTALL))
    path, digest = tmp_path / "ledger.jsonl", tmp_path / "digest.json"
    path.write_text(blocks["jsonl"], encoding="utf-8")
    digest.write_text(blocks["json"], encoding="utf-8")
    assert f'"previous":"{ledger.genesis("example")}"' in blocks["jsonl"]
    assert verify_ledger.main([str(path), str(digest)]) == 0
    path.write_text(blocks["jsonl"].replace("2027-07-31", "2027-06-30"), encoding="utf-8")
    capsys.readouterr()
    assert verify_ledger.main([str(path), str(digest)]) == 1
    assert "Entry 3 was altered" in capsys.readouterr().out
