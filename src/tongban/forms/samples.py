"""Files of a rehearsal: names and nothing else. No content is taken, so none can be kept.

The page of a rehearsal does not send files (its form is not `multipart`), only their names; among
the answers a sample file is its name, as in a form's sample answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from django.utils.translation import gettext_lazy as _

from tongban.forms import values
from tongban.forms.definition import FieldDefinition
from tongban.kernel import files
from tongban.kernel.localized import pick

_NAME_LENGTH = 60  # characters


@dataclass(frozen=True)
class SampleFile:
    """A file that is not there, as far as a page shows files."""

    name: str
    size: int = 0  # bytes: there is no content


def described(names: Iterable[str]) -> dict[str, SampleFile]:
    """The counterpart of `kernel.files.described`."""
    return {name: SampleFile(name) for name in names}


def take(
    field: FieldDefinition, chosen: Sequence[str], kept: list[str], *, pressed: bool
) -> Iterator[values.Message]:
    """Put the names of the files that were chosen to those `kept`; yields what is refused.

    `pressed`: the button "Upload now". Who presses it without choosing a file is given a sample.
    """
    names = [files.safe_name(name)[-_NAME_LENGTH:] for name in chosen if name.strip()]
    if not names and pressed:
        names = [f"{pick(field.label)[:40]} {len(kept) + 1}.{field.accept[0]}"]
    for name in names:
        if name in kept:
            continue
        if len(kept) >= field.max_files:
            yield values.too_many_files(field)
            return
        kind = PurePath(name).suffix.lower().removeprefix(".").replace("jpeg", "jpg")
        if kind not in field.accept:
            kinds = ", ".join(one.upper() for one in field.accept)
            yield _("This file cannot be read here. Upload one of these kinds: %(kinds)s.") % {
                "kinds": kinds
            }
        else:
            kept.append(name)
