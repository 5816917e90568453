"""Forms of a guide's parts: from its elements, to controls, from what is posted, to its content.

In between stands what was typed (`Raw`): texts in the shape of the guide's JSON, whatever they say.
Nothing typed is lost, because a page is always drawn from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from pydantic import BaseModel

from tongban.catalogue.api import Guide, desk
from tongban.look.api import Text
from tongban.workbench.directory.labels import (
    LANGUAGES,
    NO,
    RARE,
    SHORT,
    UNKNOWN,
    YES,
    choice_of,
    words_of,
)

Element = desk.Element
elements_of = desk.elements
Raw = dict[str, Any]
MOST_ENTRIES = 200
ADD, REMOVE, UP, DOWN = "add", "remove", "up", "down"


@dataclass(frozen=True)
class Choice:
    value: str
    label: Text
    chosen: bool


@dataclass(frozen=True)
class Writing:
    """One language of a text."""

    language: str
    label: Text
    name: str
    id: str
    value: str
    theirs: str = ""  # what a colleague saved there meanwhile
    was: str = ""  # the published Chinese, where the English was made from it


@dataclass(frozen=True)
class Entry:
    """One entry of a list of parts."""

    path: str
    position: int
    controls: Sequence[Control]
    rare: Sequence[Control]
    is_first: bool
    is_last: bool
    rare_open: bool


@dataclass(frozen=True)
class Control:
    """One element as it is drawn."""

    kind: str
    path: str
    id: str
    label: Text
    hint: Text = ""
    required: bool = False
    error: str = ""
    findings: Sequence[Any] = ()  # what the check found in it
    name: str = ""
    value: str = ""
    theirs: str = ""
    short: bool = False
    stale: bool = False
    choices: Sequence[Choice] = ()
    writings: Sequence[Writing] = ()
    controls: Sequence[Control] = ()
    entries: Sequence[Entry] = ()
    pairs: Sequence[tuple[str, str, str]] = ()


@dataclass
class Page:
    """What controls are drawn with besides what was typed."""

    errors: Mapping[str, str] = field(default_factory=dict)  # path → message
    findings: Mapping[str, Sequence[Any]] = field(default_factory=dict)  # by path
    theirs: Raw | None = None
    stale: frozenset[str] = frozenset()
    windows: Sequence[tuple[str, str]] = ()  # service centres: code, name
    languages: tuple[str, ...] = ("zh", "en")


# --- from a guide to what is typed ---------------------------------------------------------------
def raw_of(part: BaseModel, names: Iterable[str] | None = None) -> Raw:
    """A part of a guide as it would be typed."""
    wanted = None if names is None else set(names)
    return {
        one.name: _raw_value(one, getattr(part, one.name))
        for one in elements_of(type(part))
        if wanted is None or one.name in wanted
    }


def _raw_value(one: Element, value: Any) -> Any:
    if one.kind in ("localized", "pairs"):
        return dict(value)
    if one.kind == "one":
        return raw_of(value) if value is not None else {}
    if one.kind == "many":
        return [raw_of(below) for below in value]
    if one.kind == "choices":
        return list(value)
    if one.kind == "words":
        return "\n".join(value)
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


# --- from what is posted to what was typed -------------------------------------------------------
def raw_posted(post: QueryDict, model: type[BaseModel], names: Iterable[str]) -> Raw:
    """What was typed into the controls of some elements."""
    tree: dict[str, Any] = {}
    for key in post:
        at, parts = tree, key.split(".")
        for part in parts[:-1]:
            below = at.setdefault(part, {})
            if not isinstance(below, dict):
                break
            at = below
        else:
            at[parts[-1]] = post.getlist(key)
    return _from_tree(tree, model, set(names))


def _from_tree(tree: Any, model: type[BaseModel], names: set[str] | None) -> Raw:
    tree = tree if isinstance(tree, dict) else {}
    return {
        one.name: _from_branch(one, tree.get(one.name))
        for one in elements_of(model)
        if names is None or one.name in names
    }


def _from_branch(one: Element, branch: Any) -> Any:
    if one.kind == "localized":
        return {
            key: _typed(value)
            for key, value in (branch.items() if isinstance(branch, dict) else ())
            if len(key) <= 12
        }
    if one.kind == "pairs":
        keys, values = (
            (branch.get(part, []) if isinstance(branch, dict) else []) for part in ("key", "value")
        )
        return {key.strip(): _typed([text]) for key, text in zip(keys, values, strict=False)}
    if one.kind == "one":
        assert one.model is not None
        return _from_tree(branch, one.model, None)
    if one.kind == "many":
        assert one.model is not None
        places = sorted(
            (int(key) for key in branch if key.isascii() and key.isdigit() and len(key) < 5)
            if isinstance(branch, dict)
            else ()
        )
        return [_from_tree(branch[str(at)], one.model, None) for at in places[:MOST_ENTRIES]]
    if one.kind == "choices":
        return [text for text in branch if text] if isinstance(branch, list) else []
    return _typed(branch)


def _typed(values: Any) -> str:
    text = str(values[-1]) if isinstance(values, list) and values else ""
    return text.replace("\r\n", "\n").replace("\0", "")


# --- the buttons of lists ------------------------------------------------------------------------
def rearranged(raw: Raw, act: str) -> bool:
    """Do what a list's button says: "add:materials", "up:materials.2"; False: no such list."""
    verb, _colon, path = act.partition(":")
    parts = path.split(".")
    at: Any = raw
    try:
        steps = parts if verb == ADD else parts[:-1]
        for part in steps:
            at = at[int(part)] if isinstance(at, list) else at[part]
        if not isinstance(at, list):
            return False
        if verb == ADD:
            if len(at) < MOST_ENTRIES:
                at.append({})
            return True
        place = int(parts[-1])
        one = at.pop(place)
    except (KeyError, IndexError, ValueError, TypeError):
        return False
    if verb in (UP, DOWN):
        at.insert(max(0, place - 1) if verb == UP else place + 1, one)
    return verb in (UP, DOWN, REMOVE)


# --- from what was typed to a guide's content ----------------------------------------------------
def tidied(raw: Raw, model: type[BaseModel]) -> Raw:
    """What was typed without entries that were added and left empty, and with keys for new ones."""
    tidy = dict(raw)
    for one in elements_of(model):
        if one.name not in raw or one.model is None:
            continue
        if one.kind == "many":
            rows = [tidied(row, one.model) for row in raw[one.name] if _says(row, one.model)]
            _give_keys(rows, one.model)
            tidy[one.name] = rows
        elif raw[one.name]:
            tidy[one.name] = tidied(raw[one.name], one.model)
    return tidy


def _give_keys(rows: list[Raw], model: type[BaseModel]) -> None:
    if "key" not in model.model_fields:
        return
    taken, number = {row.get("key") for row in rows}, 1
    for row in rows:
        if not row.get("key"):
            while f"m{number}" in taken:
                number += 1
            row["key"] = f"m{number}"
            taken.add(row["key"])


def _says(raw: Raw, model: type[BaseModel]) -> bool:
    """Whether anything was written: choices alone have their defaults and say nothing."""
    for one in elements_of(model):
        value = raw.get(one.name)
        if one.name == "key" or not value:
            continue
        if one.kind == "localized" and any(text.strip() for text in value.values()):
            return True
        if one.kind in ("text", "integer", "decimal", "words", "date") and value.strip():
            if one.kind == "integer" and value == str(one.default):
                continue
            return True
        if one.kind == "choices" and one.required:
            return True
        if one.model is not None:
            rows = value if one.kind == "many" else [value]
            if any(_says(row, one.model) for row in rows):
                return True
    return False


def content_of(
    raw: Raw, model: type[BaseModel], kept: Mapping[str, str] | None = None, path: str = ""
) -> tuple[dict[str, Any], list[str]]:
    """A guide's JSON from what was typed, and the paths of required texts that are empty.

    `kept`: texts as they stood, by themselves without outer spaces: a save changes no line ends.
    """
    kept = kept or {}
    content: dict[str, Any] = {}
    lacking: list[str] = []
    for one in elements_of(model):
        if one.name not in raw:
            continue
        here, value = f"{path}{one.name}", raw[one.name]
        if one.kind == "localized":
            content[one.name] = {
                key: kept.get(text.strip(), text.strip())
                for key, text in value.items()
                if text.strip()
            }
            if one.required and not content[one.name]:
                lacking.append(here)
        elif one.model is not None and one.kind == "many":
            rows = [
                content_of(row, one.model, kept, f"{here}.{at}.") for at, row in enumerate(value)
            ]
            content[one.name] = [row for row, _lacking in rows]
            lacking += [below for _row, found in rows for below in found]
        elif one.model is not None:
            if one.nullable and not _says(value, one.model):
                content[one.name] = None
                continue
            content[one.name], found = content_of(value, one.model, kept, f"{here}.")
            lacking += found
        else:
            _put_plain(content, one, value)
            if one.required and content.get(one.name) in ("", None, []):
                content.pop(one.name, None)
    return content, lacking


def _put_plain(content: dict[str, Any], one: Element, value: Any) -> None:
    if one.kind == "pairs":
        content[one.name] = {key: text for key, text in value.items() if key and text.strip()}
    elif one.kind == "choices":
        content[one.name] = [text for text in value if text in one.choices]
    elif one.kind == "words":
        content[one.name] = [line.strip() for line in value.splitlines() if line.strip()]
    elif value.strip():
        content[one.name] = value.strip()
    elif one.nullable:
        content[one.name] = None
    elif one.kind == "text":
        content[one.name] = ""
    elif one.kind == "boolean":
        content[one.name] = False  # a box that is not ticked is not posted


def kept_texts(guide: Guide) -> dict[str, str]:
    """A guide's texts by themselves without outer spaces, for `content_of`."""
    return {
        text.strip(): text
        for texts in desk.texts(guide).values()
        for text in texts.values()
        if text.strip() != text
    }


# --- controls ------------------------------------------------------------------------------------
def controls(
    raw: Raw, model: type[BaseModel], page: Page, prefix: str = "", bare: str = ""
) -> list[Control]:
    """What is drawn for what was typed. `bare` is the path without positions."""
    return [
        _control(one, raw.get(one.name), page, f"{prefix}{one.name}", f"{bare}{one.name}")
        for one in elements_of(model)
        if (one.name in raw or prefix) and one.kind != "json"
    ]


def _control(one: Element, value: Any, page: Page, path: str, bare: str) -> Control:
    words = words_of(bare)
    shared: dict[str, Any] = {
        "path": path,
        "id": _id(path),
        "name": path,
        "label": words.label,
        "hint": words.hint,
        "required": one.required,
        "error": page.errors.get(path, ""),
        "findings": page.findings.get(path, ()),
        "short": one.name in SHORT,
        "stale": path in page.stale,
    }
    if one.kind == "localized":
        return Control(kind="localized", writings=_writings(value or {}, path, page), **shared)
    if one.kind == "many":
        assert one.model is not None
        rows = value or []
        entries = [
            _entry(row, one.model, page, path, bare, at, len(rows)) for at, row in enumerate(rows)
        ]
        return Control(kind="many", entries=entries, theirs=_count(page, path, rows), **shared)
    if one.kind == "one":
        assert one.model is not None
        below = controls(value or {}, one.model, page, f"{path}.", f"{bare}.")
        return Control(kind="one", controls=below, **shared)
    if one.kind == "pairs":
        rows = [(str(at), key, text) for at, (key, text) in enumerate((value or {}).items())]
        return Control(kind="pairs", pairs=rows, **shared)
    if one.kind in ("choice", "choices"):
        return _choosing(one, value, page, path, bare, shared)
    theirs = _at(page.theirs, path)
    other = str(theirs) if isinstance(theirs, str) and theirs != (value or "") else ""
    if one.kind == "boolean":
        return _boolean(one, value, page, shared)
    if path.endswith("windows.centre") or bare == "windows.centre":
        found = [Choice(code, name, code == value) for code, name in page.windows]
        if value and not any(choice.chosen for choice in found):
            found.append(Choice(value, value, True))
        blank = Choice("", "", not value)
        return Control(kind="select", choices=[blank, *found], theirs=other, **shared)
    if one.name == "key":
        return Control(kind="hidden", value=value or "", **shared)
    if value is None:
        value = "" if one.default is None or one.required else str(one.default)
    kind = "number" if one.kind in ("integer", "decimal") else one.kind
    return Control(kind=kind, value=value, theirs=other, **shared)


def _choosing(
    one: Element, value: Any, page: Page, path: str, bare: str, shared: dict[str, Any]
) -> Control:
    if one.kind == "choices":
        ticked = value or []
        found = [Choice(code, choice_of(bare, code), code in ticked) for code in one.choices]
        return Control(kind="checkboxes", choices=found, **shared)
    if value is None:
        value = (
            "" if one.required or one.nullable else str(getattr(one.default, "value", one.default))
        )
    found = [Choice(code, choice_of(bare, code), code == value) for code in one.choices]
    if value not in one.choices:
        found.insert(0, Choice(value, value or UNKNOWN, True))
    elif one.nullable:
        found.insert(0, Choice("", UNKNOWN, False))
    theirs = _at(page.theirs, path)
    differs = isinstance(theirs, str) and theirs != value
    return Control(
        kind="select",
        choices=found,
        theirs=str(choice_of(bare, str(theirs)) if theirs else UNKNOWN) if differs else "",
        **shared,
    )


def _boolean(one: Element, value: Any, page: Page, shared: dict[str, Any]) -> Control:
    if not one.nullable:
        ticked = value == "true" if value is not None else bool(one.default)
        return Control(kind="checkbox", value="true" if ticked else "", **shared)
    found = [
        Choice("", UNKNOWN, not value),
        Choice("true", YES, value == "true"),
        Choice("false", NO, value == "false"),
    ]
    return Control(kind="select", choices=found, **shared)


def _entry(
    raw: Raw, model: type[BaseModel], page: Page, path: str, bare: str, at: int, of: int
) -> Entry:
    here = f"{path}.{at}"
    all_of_it = controls(raw, model, page, f"{here}.", f"{bare}.")
    rare = [one for one in all_of_it if f"{bare}.{one.path.rsplit('.', 1)[-1]}" in RARE]
    return Entry(
        path=here,
        position=at + 1,
        controls=[one for one in all_of_it if one not in rare],
        rare=rare,
        is_first=at == 0,
        is_last=at == of - 1,
        rare_open=any(one.error or one.theirs or one.stale for one in rare),
    )


def _writings(value: Mapping[str, str], path: str, page: Page) -> list[Writing]:
    languages = [*page.languages, *(key for key in value if key not in page.languages)]
    theirs = _at(page.theirs, path)
    others = theirs if isinstance(theirs, dict) else {}
    differ = page.theirs is not None and {k: v for k, v in others.items() if v} != {
        k: v for k, v in value.items() if v
    }
    return [
        Writing(
            language=language,
            label=LANGUAGES.get(language, language),
            name=f"{path}.{language}",
            id=_id(f"{path}.{language}"),
            value=value.get(language, ""),
            theirs=others.get(language, "") if differ else "",
        )
        for language in languages
    ]


def _count(page: Page, path: str, rows: Sequence[Raw]) -> str:
    theirs = _at(page.theirs, path)
    if isinstance(theirs, list) and len(theirs) != len(rows):
        return str(len(theirs))
    return ""


def _at(raw: Any, path: str) -> Any:
    """What stands at a path of what was typed; None where nothing does."""
    for part in path.split("."):
        if isinstance(raw, list):
            raw = raw[int(part)] if part.isdigit() and int(part) < len(raw) else None
        elif isinstance(raw, dict):
            raw = raw.get(part)
        else:
            return None
    return raw


def _id(path: str) -> str:
    return "id_" + path.replace(".", "_")
