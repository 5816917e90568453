"""A guide as the page people read: one drawing of it for every site.

The portal shows the guide in force with it, and earlier versions; the workbench shows drafts with
it, so that a preview is the very page. A site calls `context_of` (or `fit_context`,
`paper_context`, `checklist_context`) and renders the template of the same name; a template of the
site's own may extend it and fill its blocks. `Links` says where the page leads: a preview's leads
to previews.

Owns no tables and no addresses. Called by: the sites.
"""
