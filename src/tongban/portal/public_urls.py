"""Addresses that need no account."""

from __future__ import annotations

from django.urls import URLPattern, path

from tongban.portal import about, changes, finding, fit, guides, home, lists, places, rehearsing

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("search", finding.search, name="search"),
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
]
