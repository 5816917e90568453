"""Addresses that need no account."""

from __future__ import annotations

from django.urls import URLPattern, path

from tongban.portal import (
    about,
    changes,
    finding,
    fit,
    guides,
    home,
    lists,
    open_data,
    places,
    rehearsing,
    syndication,
)

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("search", finding.search, name="search"),
    path("suggest", finding.suggestions, name="suggest"),
    path("browse", finding.browse, name="browse"),
    path("services/<slug:slug>", guides.guide, name="guide"),
    path("services/<slug:slug>/versions/<int:number>", guides.guide_version, name="guide_version"),
    path("services/<slug:slug>/checklist", guides.checklist, name="guide_checklist"),
    path("services/<slug:slug>/fit", fit.fit, name="guide_fit"),
    path("services/<slug:slug>/changes", changes.changes, name="guide_changes"),
    path("services/<slug:slug>/papers/<str:key>", guides.material, name="material"),
    path(
        "services/<slug:slug>/papers/<str:key>/sample",
        guides.material,
        {"filled": True},
        name="material_sample",
    ),
    path("services/<slug:slug>/rehearse", rehearsing.rehearse, name="rehearse"),
    path("lists/a-z", lists.a_to_z, name="a_to_z"),
    path("lists/new", lists.newest, name="newest"),
    path("lists/changed", lists.changed, name="changed"),
    path("lists/withdrawn", lists.withdrawn, name="withdrawn"),
    path("regions", places.regions, name="regions"),
    path("agencies", places.agencies, name="agencies"),
    path("agencies/<str:code>", places.agency, name="agency"),
    path("centres/<str:code>", places.centre, name="centre"),
    path("about", about.about, name="about"),
    path("accessibility", about.accessibility, name="accessibility"),
    path("privacy", about.privacy, name="privacy"),
    path("help", about.help_page, name="help"),
    path("open-data", open_data.page, name="open_data"),
    path("open-data/terms", open_data.terms, name="open_data_terms"),
    path("open-data/files/<str:filename>", open_data.file, name="open_data_file"),
    path("open-data/services.<str:form>", open_data.stream, name="open_data_stream"),
    path("open-data/changes.json", open_data.changes, name="changes_feed"),
    path("open-data/changes.atom", syndication.atom, name="changes_atom"),
    path("services/<slug:slug>.jsonld", open_data.service, name="service_jsonld"),
    path("robots.txt", syndication.robots, name="robots"),
    path("sitemap.xml", syndication.site_map_index, name="site_map_index"),
    path("sitemaps/pages.xml", syndication.site_map_pages, name="site_map_pages"),
    path("sitemaps/<int:number>.xml", syndication.site_map, name="site_map"),
]
