"""Catalogue: items, who offers them where, and the guides to them.

Item (基本目录) → Offering (实施清单: an agency of a region offers the item) → GuideVersion
(办事指南, draft → published → withdrawn). A guide's content is one immutable document
(`guide.py`); what is searched, sorted or counted is also a column. Cases pin a GuideVersion.

Owns: `Theme`, `Item`, `Offering`, `GuideVersion`. Called by: cases, the sites, config's commands.
"""
