"""The look: layout, components, formats, error pages and display settings of every page.

Owns no tables. Imports only ``tongban.kernel``; every site renders through it. See all of it on
one page at ``/look/`` (``look:gallery``, not in production).

Layouts
=======
``{% extends "look/base.html" %}`` for residents and firms; ``"look/workbench_base.html"`` for
staff (wider, denser, same blocks); ``"look/print_base.html"`` for receipts and certificates.

Blocks, in order of the page: ``title`` (words only; the region's name is added), ``head`` (extra
``<link>``/``<meta>``), ``nav`` (list items ``<li>``, see ``look/nav_item.html``), ``header_search``
(the search box of inner pages; the home page empties it), ``breadcrumbs`` (either
``{% crumbs "Home" home_url "Search" search_url "This page" %}`` or ``{% back_link url %}``),
``heading`` (full width, above the columns), ``main``, ``aside`` (a second column, if not empty),
``after`` (full width, below), ``sticky`` (a bar at the bottom of phones: the "Apply" button),
``scripts``. ``<main>`` begins after the breadcrumbs: put exactly one ``<h1>`` in ``heading`` or
``main``.

Context a site may set: ``nav_active`` (the URL name of the current section, e.g.
``"portal:cases"``), ``inbox_unread`` (number beside Inbox), ``is_officer`` (shows the way to the
workbench), ``layout_wide`` (True: no reading measure on ``main``). The context processor
``tongban.look.context.look`` adds ``installation``, ``display``, ``languages`` and ``reference``.

Filters (``{% load look %}``), all for the language of the page
===============================================================
``{{ item.name|local }}``                      the text of a ``{"zh": …, "en": …}`` dict
``{% local_block item.name %}``                the same, wrapped in ``<span lang>`` when only the
                                               other language exists
``{% local_paras guide.notes %}``              `paras` of such a text, its language marked
``{% local_block said.text|written %}``        somebody's own words, their language marked
``{{ case.due_on|day }}``                      22 November 2026 / 2026年11月22日
``{{ case.due_on|day_short }}``                Thu 26 Nov / 11月26日 周四
``{{ event.at|moment }}``                      22 November 2026, 14:05 / 2026年11月22日 14:05
``{{ event.at|clock }}``                       14:05
``{{ case.due_on|weekday }}``                  Thursday / 星期四
``{{ 1234.5|money }}``                         ¥1,234.50 (yuan: Decimal or int; "free" stays a word
                                               of the page); ``{{ fen|money:"fen" }}`` from fen
``{{ 104174|count }}``                         104,174 / 10.4万
``{{ text|paras }}``                           safe ``<p>`` and ``<ul>`` from plain text: a blank
                                               line parts paragraphs, lines that begin "- " or "1. "
                                               are lists. Everything is escaped.

Tags
====
``Row``, ``Fact``, ``Task``, ``Step``, ``Entry``, ``Bar`` come from ``tongban.look.api``; so do
``day()``, ``money()`` and the like for Python code, ``too_many_requests()`` and ``reference_of()``.

``{% status case.state %}``            word + shape + colour of a case state (see ``statuses.py``)
``{% status "x" label=_("Online") tone="done" %}``   any other word; tones: ``neutral``,
                                       ``progress``, ``waiting``, ``action``, ``done``, ``refused``,
                                       ``late``
``{% due case.due_on days_left %}``    "3 working days left (Thu 26 Nov)"; negative: late; 0: today
``{% summary rows %}``                 rows: ``Row(key, value, href="", action="", note="")``
                                       or dicts of the same names; ``value`` escaped unless safe
``{% error_summary form %}``           of a Django form, or of ``[(field_id, message), …]``
``{% pages previous_url next_url %}``  keyset paging; ``count=`` and ``shown=`` add a line of words
``{% banner text title="" tone="" %}`` tones ``info``, ``done``, ``action``; Django's messages are
                                       shown by the layout already
``{% panel title number=… text=… %}``  confirmation: the case number, large, with "Copy"
``{% tasks items %}``                  task list: ``Task(title, href, status, tone, hint)``
``{% progress 2 4 %}``                 "Step 2 of 4"
``{% steps items %}``                  numbered way through: ``Step(title, text, state, when)``,
                                       state ``done``/``now``/``next``
``{% timeline entries %}``             ``Entry(title, at, text="", by="", tone="")``, newest first
``{% warning text %}``                 "!" and strong words
``{% details summary %}…{% enddetails %}``
``{% facts items %}``                  answer boxes of a guide: ``Fact(question, answer, note="")``
``{% bars rows caption=… unit="" %}``  horizontal bars and their table: ``Bar(label, value, note)``
``{% columns rows caption=… %}``       columns over time and their table
``{% line rows caption=… %}``          the same as a line
``{% icon "search" %}``                decorative inline SVG
``{% maybe_url "portal:home" arg as href %}``   "" when the name is not (yet) installed
``{% crumbs name url … "Here" %}``, ``{% back_link url %}``
``{% field form.name %}``              a Django form field: label, hint, error, control;
                                       ``label=``, ``hide_label=True``, ``hide_hint=True``
``{% form_body form %}``               all its fields (hidden ones too)

Django forms need nothing: ``LookRenderer`` is settings.FORM_RENDERER.

Classes (HTML)
==============
Buttons: ``<button class="govuk-button" data-module="govuk-button"
data-prevent-double-click="true">``; add ``govuk-button--secondary`` (outline), ``govuk-button
--warning`` (destructive), ``tb-button--plain`` (looks like a link), ``tb-button--large``.
Links that lead to the next step: ``<a class="govuk-button" role="button"
data-module="govuk-button">``. A row of them: ``govuk-button-group``.
Headings ``govuk-heading-xl/l/m/s``, text ``govuk-body``, ``govuk-body-l``, ``govuk-body-s``,
``govuk-hint``, lists ``govuk-list govuk-list--bullet``; but plain ``h1…h4, p, ul, ol, dl, table``
inside ``<div class="tb-prose">`` need no classes. ``govuk-caption-l`` above a heading.
``govuk-table`` (+ ``tb-table--dense``; ``tb-table--cards`` turns rows into cards on phones, with
``data-label`` on each ``<td>``; ``govuk-table__cell--numeric`` right-aligned tabular figures).
``<table data-keys>`` with a link in each row: j/k move, Enter opens, x ticks the row's checkbox.
``<input data-keys-search>``: "/" goes to it.
``tb-card`` (a bordered block; ``tb-card--link`` when its ``<a class="tb-card__link">`` fills it),
``tb-grid`` (cards side by side), ``tb-list`` (quiet list of links with a line of description:
``<li><a>…</a><p>…</p></li>``), ``tb-tags`` (row of small words), ``tb-lead`` (large first
sentence), ``tb-muted``, ``tb-number`` (case numbers: monospaced figures), ``tb-stack`` (vertical
rhythm), ``tb-figures`` (a few live figures: ``<dl>``), ``tb-search`` (search form),
``tb-toolbar`` (filters above a queue), ``tb-filters`` (quick filters: words with counts),
``tb-empty`` (nothing to show, and what to do),
``tb-only-print``, ``tb-no-print``, ``govuk-visually-hidden``.

Scripts (all optional; nothing inline)
======================================
``data-module="govuk-…"`` of button, error-summary, radios, checkboxes, character-count,
password-input, notification-banner. Ours: ``data-print`` (a button that prints), ``data-share``
(shares or copies the page's address), ``data-copy="text"`` or ``data-copy-from="#id"``,
``data-autosave="url"`` on a form (posts the form after typing stops with
``X-Requested-With: autosave``; shows the answer's state in ``<p data-autosave-state>``),
``data-submit-on-change`` on a form (filters), ``data-warn-unsaved`` on a form, ``data-check-all``
(a checkbox that ticks all of its table). Script-only controls carry ``hidden`` and are shown by
the script.
"""
