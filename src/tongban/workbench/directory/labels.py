"""What the parts of a guide are called in the workbench, and what to write there.

By path in the guide ("materials.name"), else by the bare name, so that a new element has at least
a name; a test asks for words of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongban.look.api import Text


@dataclass(frozen=True)
class Words:
    """A label and what to write there."""

    label: Text
    hint: Text = ""


W = Words
LABELS: dict[str, Words] = {
    "summary": W(_("What this gets people"), _("One plain sentence. It stands below the name.")),
    "served": W(_("Who is served")),
    "quota": W(_("How many are granted"), _(
        "Only where the number is limited: how many, for which time, by which order."
    )),
    "conditions": W(_("Conditions")),
    "conditions.text": W(_("The condition"), _(
        "One thing that people can check about themselves."
    )),
    "conditions.basis": W(_("The clause it rests on")),
    "conditions.question": W(_("The same as a question"), _(
        "“Yes” must mean that it is met. It is asked in the check “does this fit me?”."
    )),
    "conditions.if_not": W(_("What to do if it is not met")),
    "materials": W(_("Materials")),
    "materials.key": W(_("Short name for programs")),
    "materials.name": W(_("Name of the material")),
    "materials.original": W(_("Original or copy")),
    "materials.medium": W(_("On paper or electronic")),
    "materials.copies": W(_("How many copies")),
    "materials.necessity": W(_("Is it always needed?")),
    "materials.condition": W(_("When it is needed"), _(
        "For a material that only some people need."
    )),
    "materials.source": W(_("Where it comes from"), _(
        "What the government has already, nobody is asked to bring."
    )),
    "materials.issuer": W(_("Who issues it")),
    "materials.notes": W(_("How to fill it in, what is checked")),
    "materials.is_form": W(_("This is the online form itself")),
    "materials.blank": W(_("Blank form, as text"), _("____ where people write.")),
    "materials.sample": W(_("The same, filled in as an example"), _("For an invented person.")),
    "materials.paper": W(_("What the paper must be like"), _("Such as A4.")),
    "materials.source_note": W(_("How people get it")),
    "materials.acceptance": W(_("What makes it acceptable")),
    "materials.basis": W(_("The clause that asks for it")),
    "intermediaries": W(_("Services to be bought from others first")),
    "intermediaries.name": W(_("Name of the service")),
    "intermediaries.text": W(_("What it is needed for")),
    "basis": W(_("Legal basis")),
    "basis.title": W(_("Name of the law or rule")),
    "basis.article": W(_("Article")),
    "basis.says": W(_("What it provides, in plain words")),
    "basis.ends_on": W(
        _("Last day it applies"), _("Such as 2026-12-31. Leave empty while it applies.")
    ),
    "basis.url": W(_("Address of its text on the internet")),
    "authority": W(_("By what right the agency acts")),
    "authority.power": W(_("Where the power comes from")),
    "authority.nature": W(_("Kind of body")),
    "authority.entrusted_by": W(_("Entrusted by")),
    "authority.guided_by": W(_("Central authority that gives guidance")),
    "authority.partners": W(_("Who else handles it, and which steps")),
    "authority.local_code": W(_("Local basic code"), _(
        "Only where it is not the item’s own code."
    )),
    "limits": W(_("Time limits")),
    "limits.statutory": W(_("Statutory limit, in days"), _("What the law allows.")),
    "limits.promised": W(_("Promised limit, in days"), _(
        "0: while people wait. Not longer than the statutory limit."
    )),
    "limits.unit": W(_("Days are counted as")),
    "limits.acceptance": W(_(
        "Working days to accept, refuse or ask for a supplement"
    ), _("Five by the Administrative Licensing Law, article 32.")),
    "limits.note": W(_("About the promised limit")),
    "limits.statutory_note": W(_("About the statutory limit")),
    "limits.kind": W(_("Type of handling")),
    "limits.review": W(_("Type of review")),
    "limits.special": W(_("Special procedures that do not count towards the limit")),
    "limits.special.name": W(_("Name of the procedure")),
    "limits.special.text": W(_("When it takes place")),
    "limits.special.days": W(_("Days at most")),
    "fees": W(_("Fees")),
    "fees.name": W(_("Name of the fee")),
    "fees.amount": W(_("Amount in yuan")),
    "fees.per": W(_("Per what"), _("Such as: booklet.")),
    "fees.basis": W(_("The clause that allows it")),
    "fees.waiver": W(_("Who pays less or nothing")),
    "fees.standard": W(_("Scale of charges"), _("Where one amount does not say it all.")),
    "fees.waiver_basis": W(_("The clause that allows the waiver")),
    "payment": W(_("Payment")),
    "payment.charged": W(_("Is there anything to pay?")),
    "payment.online": W(_("Can it be paid online?")),
    "steps": W(_("Steps")),
    "steps.name": W(_("Name of the step")),
    "steps.text": W(_("What happens")),
    "steps.days": W(_("Days it takes")),
    "steps.calendar_days": W(_("Its days are calendar days")),
    "steps.office": W(_("Office that does it")),
    "steps.role": W(_("Who does it, by role")),
    "steps.standard": W(_("What is checked, and against what")),
    "counter_process": W(_("How it goes at a window")),
    "online_process": W(_("How it goes online")),
    "result": W(_("What people get")),
    "result.name": W(_("Name of the result")),
    "result.kind": W(_("Kind of result")),
    "result.delivery": W(_("How people get it")),
    "result.validity": W(_("How long it is valid")),
    "result.sample": W(_("Specimen, as text")),
    "faq": W(_("Questions people ask")),
    "faq.question": W(_("Question")),
    "faq.answer": W(_("Answer")),
    "windows": W(_("Windows")),
    "windows.centre": W(_("Service centre")),
    "windows.window": W(_("Window there")),
    "place": W(_("Where to go, in words"), _("Only where no window of the directory is named.")),
    "hall": W(_("Name of the hall")),
    "hours": W(_("Opening hours, in words")),
    "directions": W(_("How to get there")),
    "visits": W(_("Visits to a window at most"), _(
        "0: everything can be done from home. Leave empty if nobody knows."
    )),
    "visits_reason": W(_("Why a visit is needed")),
    "online": W(_("Can be applied for here"), _("If a form is attached.")),
    "website": W(_("The agency’s own page for it"), _("Begins with https://.")),
    "silence": W(_("If nothing is decided in time")),
    "channels": W(_("Ways to use the service")),
    "channels.ways": W(_("Ways")),
    "channels.depth": W(_("What can be done online")),
    "channels.level": W(_("Online level (Ⅰ to Ⅳ)")),
    "channels.computer_url": W(_("Address for computers")),
    "channels.computer_sign_on": W(_("Single sign-on on computers")),
    "channels.mobile_url": W(_("Address for phones")),
    "channels.mobile_sign_on": W(_("Single sign-on on phones")),
    "channels.terminals": W(_("At self-service terminals")),
    "channels.in_centre": W(_("In a service centre")),
    "channels.reach": W(_("Where else it can be handed in")),
    "channels.appointments": W(_("Appointments")),
    "channels.appointments.offered": W(_("Can people make appointments?")),
    "channels.appointments.a_day": W(_("Appointments a day")),
    "channels.appointments.url": W(_("Address for making them")),
    "channels.courier": W(_("Courier")),
    "channels.courier.offered": W(_("Is there a courier service?")),
    "channels.courier.materials": W(_("People may post what they hand in")),
    "channels.courier.results": W(_("Results are posted")),
    "channels.system": W(_("The agency’s own system")),
    "channels.system.used": W(_("Is it handled in a system of the agency?")),
    "channels.system.name": W(_("Name of the system")),
    "channels.system.url": W(_("Address of the system")),
    "channels.system.network": W(_("Network it runs on")),
    "consult_phone": W(_("Telephone for questions"), _(
        "With the area code, such as 025-12345678."
    )),
    "consult_ways": W(_("Other ways to ask")),
    "complaint_phone": W(_("Telephone for complaints"), _("With the area code, or 12345.")),
    "complaint_ways": W(_("Other ways to complain")),
    "remedies": W(_("What people can do against a decision")),
    "reconsideration": W(_("Administrative reconsideration")),
    "litigation": W(_("Court")),
    "rights": W(_("Rights of the applicant")),
    "duties": W(_("Duties of the applicant")),
    "notes": W(_("Notes")),
    "extra": W(_("Fields of the source"), _(
        "Kept as they came. Leave a value empty to remove it."
    )),
    # By their bare names, wherever they stand.
    "name": W(pgettext_lazy("guide", "Name")),
    "text": W(pgettext_lazy("guide", "Text")),
    "phone": W(_("Telephone")),
    "within": W(_("How long there is")),
    "url": W(_("Address on the internet")),
    "days": W(_("Days")),
}  # fmt: skip

# The words for coded values: by element and value, else by the value.
CHOICES: dict[str, Text] = {
    "original.original": _("Original"),
    "original.copy": _("Copy"),
    "original.either": _("Original or copy"),
    "original.both": _("Original and copy"),
    "medium.paper": _("Paper"),
    "medium.electronic": _("Electronic"),
    "medium.either": _("Paper or electronic"),
    "necessity.required": _("Always"),
    "necessity.conditional": _("Only for some people"),
    "necessity.tolerated": _("Always, but it may follow later"),
    "source.applicant": _("From the applicant"),
    "source.government": _("From another authority: the government looks it up"),
    "source.other": _("From somebody else"),
    "unit.working_days": _("Working days"),
    "unit.calendar_days": _("Calendar days"),
    "limits.kind.immediate": _("While people wait"),
    "limits.kind.promised": _("Within the promised limit"),
    "review.on_the_spot": _("On the spot"),
    "review.examined": _("After an examination"),
    "result.kind.certificate": _("Certificate or licence"),
    "result.kind.document": _("Document"),
    "result.kind.decision": _("Decision"),
    "result.kind.record": _("Entry in a register"),
    "delivery.online": _("Online"),
    "delivery.pick_up": _("Picked up at a window"),
    "delivery.courier": _("By courier"),
    "silence.nothing": _("Nothing follows from it"),
    "silence.approval": _("It counts as granted"),
    "silence.refusal": _("It counts as refused"),
    "person": _("Natural persons"),
    "company": _("Companies"),
    "public_institution": _("Public institutions"),
    "social_organisation": _("Social organisations"),
    "unincorporated": _("Organisations without legal personality"),
    "authority": _("Authorities"),
    "served.other": _("Others"),
    "ways.window": _("At a window"),
    "ways.online": _("Online"),
    "ways.courier": _("By courier"),
    "depth.ask": _("Asking"),
    "depth.send": _("Sending forms"),
    "depth.pre_check": _("Preliminary check"),
    "depth.accept": _("Acceptance"),
    "depth.handle": _("Handling"),
    "depth.feedback": _("Being told the result"),
    "depth.e_certificate": _("Electronic certificate"),
    "depth.other": _("Other"),
    "level.1": _("Ⅰ: information"),
    "level.2": _("Ⅱ: forms to download"),
    "level.3": _("Ⅲ: applications are sent online"),
    "level.4": _("Ⅳ: online from beginning to end"),
    "reach.nation": _("Anywhere in the country"),
    "reach.provinces": _("In several provinces"),
    "reach.cities": _("Anywhere in the province"),
    "reach.counties": _("Anywhere in the city"),
    "power.own": _("Its own power by law"),
    "power.devolved": _("Devolved by a higher level"),
    "power.authorised_above": _("Authorised by a higher level"),
    "power.authorised_same": _("Authorised at the same level"),
    "power.entrusted_above": _("Entrusted by a higher level"),
    "power.entrusted_same": _("Entrusted at the same level"),
    "nature.statutory": _("Statutory body"),
    "nature.authorised": _("Authorised organisation"),
    "nature.entrusted": _("Entrusted organisation"),
}

YES, NO, UNKNOWN = _("Yes"), _("No"), _("Not stated")
LANGUAGES: dict[str, Text] = {"zh": _("Chinese"), "en": _("English")}

# What few guides say: folded away until it is filled in.
RARE = {
    "conditions.basis", "conditions.question", "conditions.if_not", "materials.blank",
    "materials.sample", "materials.paper", "materials.source_note", "materials.acceptance",
    "materials.basis", "materials.copies", "materials.is_form", "basis.url",
    "basis.ends_on", "fees.standard",
    "fees.waiver_basis", "steps.calendar_days", "steps.office", "steps.role", "steps.standard",
    "result.sample",
}  # fmt: skip

# Texts that are a line and not a paragraph.
SHORT = {
    "name", "title", "article", "issuer", "per", "centre", "window", "question", "office", "role",
    "validity", "hall", "paper", "entrusted_by", "guided_by", "within", "website",
}  # fmt: skip


@dataclass(frozen=True)
class Section:
    """A page of the editor: some of a guide's elements."""

    slug: str
    title: Text
    fields: tuple[str, ...]


SECTIONS: tuple[Section, ...] = (
    Section("summary", _("In short"), ("summary", "served", "quota")),
    Section("conditions", _("Conditions"), ("conditions",)),
    Section("materials", _("Materials"), ("materials", "intermediaries")),
    Section("basis", _("Legal basis"), ("basis", "authority")),
    Section("limits", _("Time limits"), ("limits",)),
    Section("fees", _("Fees"), ("fees", "payment")),
    Section("steps", _("Steps"), ("steps", "counter_process", "online_process")),
    Section("result", _("What people get"), ("result",)),
    Section("questions", _("Questions people ask"), ("faq",)),
    Section("places", _("Windows and places"), ("windows", "place", "hall", "hours", "directions")),
    Section("ways", _("Ways to use the service"),
            ("online", "visits", "visits_reason", "website", "silence", "channels")),
    Section("contacts", _("Telephones"),
            ("consult_phone", "consult_ways", "complaint_phone", "complaint_ways")),
    Section("remedies", _("Rights and remedies"),
            ("remedies", "reconsideration", "litigation", "rights", "duties")),
    Section("notes", _("Notes"), ("notes", "extra")),
)  # fmt: skip


def words_of(path: str) -> Words:
    """The words of an element by its path without positions."""
    bare = path.rsplit(".", 1)[-1]
    return LABELS.get(path) or LABELS.get(bare) or Words(bare.replace("_", " "))


def choice_of(path: str, value: str) -> Text:
    """The word for a coded value of an element."""
    parts = path.split(".")
    for key in (".".join([*parts[-2:], value]), f"{parts[-1]}.{value}", value):
        if key in CHOICES:
            return CHOICES[key]
    return value


def section(slug: str) -> Section | None:
    """The section of that name."""
    return next((one for one in SECTIONS if one.slug == slug), None)


def section_of(field: str) -> Section:
    """The section that edits a top-level element."""
    return next((one for one in SECTIONS if field in one.fields), SECTIONS[-1])
