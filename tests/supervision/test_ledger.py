"""A ledger that was tampered with is told from a good one, and told how; offline."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tongban.supervision import ledger, verify_ledger

NAME = "plan-2027"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    TEXTS | st.integers(-(10**12), 10**12) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
Line = dict[str, object]


def made(count: int, name: str = NAME, text: str = "due moved") -> list[Line]:
    previous, lines = ledger.genesis(name), []
    for number in range(1, count + 1):
        sealed = ledger.seal(number, previous, {"kind": "task.changed", "text": f"{text} {number}"})
        lines.append({"entry": json.loads(sealed.body), "hash": sealed.hash})
        previous = sealed.hash
    return lines


def written(folder: Path, lines: list[Line], name: str = NAME) -> Path:
    head = {"format": ledger.FORMAT, "ledger": name}
    path = folder / "ledger.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in [head, *lines]), encoding="utf-8")
    return path


def signed(folder: Path, lines: list[Line], day: str = "2026-11-20") -> tuple[Path, str]:
    secret = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    public = secret.public_key().public_bytes_raw().hex()
    head = str(lines[-1]["hash"])
    body = ledger.digest_body(day, "", {NAME: (len(lines), head)}, public)
    path = folder / f"digest-{day}.json"
    content = {**json.loads(body), "signature": secret.sign(body.encode()).hex()}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path, public


def said(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str]:
    status = verify_ledger.main([str(word) for word in words])
    return status, capsys.readouterr().out


@given(VALUES)
def test_a_value_is_written_in_one_way(value: ledger.Value) -> None:
    once = ledger.canonical(value)
    assert ledger.canonical(json.loads(once)) == once
    assert verify_ledger._canonical(json.loads(once)) == once


@pytest.mark.parametrize("value", [1.5, {"a": [0.1]}, {"x": b"bytes"}, "\ud800"])
def test_what_has_many_spellings_is_refused(value: ledger.Value) -> None:
    with pytest.raises(ledger.NotCanonical):
        ledger.canonical(value)


def test_hashes_are_those_of_ledgers_already_published() -> None:
    """Whoever keeps a digest, or the salt of words, must be able to check them for ever."""
    begin = ledger.genesis("plan")
    assert begin == "0a4252f777aee14cb00ba5a70103cadc87c22e2486084c2c2a667e6473a7cf70"
    first = ledger.seal(1, begin, {"text": {"zh": "清单"}, "kind": "task_published"})
    assert first.hash == "984383e83ceb88bdb8c9bfefa09104122ee5103ff2f2354760354c23a70a6267"
    words = ledger.commitment("盐", "话")
    assert words == "021a273ec08fc1d8403b5be4a884b3461729de069c0184bdfe589fbb70354327"
    body = ledger.digest_body("2026-11-20", begin, {"plan": (1, first.hash)}, "ab")
    assert json.loads(body)["previous"] == begin


def test_a_good_ledger_is_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = made(12)
    digest, key = signed(tmp_path, lines[:9])
    status, answer = said(capsys, written(tmp_path, lines), digest, "--key", key)
    assert status == 0, answer
    assert "12 entries" in answer
    assert "2026-11-20" in answer


def test_one_byte_is_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = made(9)
    path = written(tmp_path, lines)
    path.write_bytes(path.read_bytes().replace(b"due moved 4", b"due moved 5", 1))
    status, answer = said(capsys, path)
    assert status == 1
    assert "Entry 4 was altered" in answer
    assert answer.count("✗") == 1


def test_an_entry_sealed_anew_is_noticed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = made(9)
    body = {**lines[4]["entry"], "text": "never moved"}  # type: ignore[dict-item]
    lines[4] = {"entry": body, "hash": ledger.digest(verify_ledger._canonical(body))}
    status, answer = said(capsys, written(tmp_path, lines))
    assert status == 1
    assert "Entry 6 does not hang on what stands before it" in answer


def test_dropped_entries_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = made(12)
    del lines[9]
    del lines[2:5]
    status, answer = said(capsys, written(tmp_path, lines))
    assert status == 1
    assert "Entries 3 to 5 are missing" in answer
    assert "Entry 10 is missing" in answer
    assert answer.count("✗") == 2


def test_swapped_and_repeated_entries_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = made(9)
    lines[4], lines[5] = lines[5], lines[4]
    lines.append(lines[1])
    status, answer = said(capsys, written(tmp_path, lines))
    assert status == 1
    assert "Entry 5 was moved: it stands after entry 6" in answer
    assert "Entry 2 stands there more than once" in answer
    assert answer.count("✗") == 2


def test_a_cut_end_shows_against_a_digest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = made(9)
    digest, _ = signed(tmp_path, lines)
    path = written(tmp_path, lines[:7])
    assert said(capsys, path)[0] == 0, "nobody can tell without a digest"
    status, answer = said(capsys, path, digest)
    assert status == 1
    assert "9 entries, here they end at 7" in answer


def test_all_written_anew_shows_against_a_digest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digest, _ = signed(tmp_path, made(9))
    status, answer = said(capsys, written(tmp_path, made(9, text="as we like it")), digest)
    assert status == 1
    assert "Entry 9 is not the one published on 2026-11-20" in answer


def test_a_forged_digest_is_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = made(9)
    digest, key = signed(tmp_path, lines)
    path = written(tmp_path, lines)
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    assert "another key" in said(capsys, path, digest, "--key", other)[1]
    digest.write_text(digest.read_text().replace('"entries": 9', '"entries": 8'))
    status, answer = said(capsys, path, digest, "--key", key)
    assert status == 1
    assert "its signature does not fit" in answer


@given(st.binary(max_size=200), st.binary(min_size=32, max_size=32))
def test_signatures_are_checked_as_the_library_makes_them(message: bytes, seed: bytes) -> None:
    secret = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = secret.public_key().public_bytes_raw(), secret.sign(message)
    assert verify_ledger.verify(public, message, signature)
    assert not verify_ledger.verify(public, message + b"x", signature)
    assert not verify_ledger.verify(public, message, signature[:-1] + bytes([signature[-1] ^ 1]))


def test_what_is_no_ledger_is_said_to_be_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_text("not this\n")
    assert said(capsys, path)[0] == 2
    assert said(capsys, tmp_path / "absent")[0] == 2


def test_it_runs_with_nothing_but_python(tmp_path: Path) -> None:
    path = written(tmp_path, made(3))
    script = Path(verify_ledger.__file__)
    finished = subprocess.run(
        [sys.executable, "-I", "-S", str(script), str(path)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert "3 entries" in finished.stdout
