"""What is searched: documents, as those who own them describe them. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Document:
    """One thing that can be found.

    `facets` are "kind:value" ("theme:birth", "agency:12") without spaces: what results are
    narrowed by and counted by. `service` groups documents that are the same service offered in
    many places; those of one service with one set of titles are shown as one. `stamp` changes
    whenever the document must be written anew: by it `check` sees what is out of step.
    """

    id: int
    service: int
    region_path: str
    titles: tuple[str, ...]  # the name, in every language there is
    synonyms: tuple[str, ...]  # what else people call it
    text: str  # what the guide says, as far as it is searched
    facets: tuple[str, ...]
    online: bool
    popularity: int  # times applied for
    stamp: int = 0
