"""The catalogue as open data, for the sites: files, streams, changes, addresses, terms."""

from __future__ import annotations

from tongban.catalogue.bulk_data import (
    COLUMNS,
    CONTENT_TYPES,
    FORMS,
    LANGUAGES,
    Form,
    Part,
    attributions,
    compressed,
    pieces,
    whole_services,
)
from tongban.catalogue.cpsv_ap import TERMS, dataset, document, public_service
from tongban.catalogue.feed import (
    MOST,
    ChangeEntry,
    changes,
    last_changed_at,
    last_position,
    latest_changes,
)
from tongban.catalogue.mapped_addresses import ADDRESSES_PER_FILE, SiteMapFile, site_map, site_maps
from tongban.catalogue.publications import Publication, PublishedFile, folder, publication

__all__ = [
    "ADDRESSES_PER_FILE",
    "COLUMNS",
    "CONTENT_TYPES",
    "FORMS",
    "LANGUAGES",
    "MOST",
    "TERMS",
    "ChangeEntry",
    "Form",
    "Part",
    "Publication",
    "PublishedFile",
    "SiteMapFile",
    "attributions",
    "changes",
    "compressed",
    "dataset",
    "document",
    "folder",
    "last_changed_at",
    "last_position",
    "latest_changes",
    "pieces",
    "public_service",
    "publication",
    "site_map",
    "site_maps",
    "whole_services",
]
