"""Published forms."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from tongban.forms.definition import FormDefinition
from tongban.forms.models import FormVersion
from tongban.forms.schema import json_schema


@transaction.atomic
def publish_form(
    code: str, definition: FormDefinition, sample: Mapping[str, Any] | None = None
) -> FormVersion:
    """The version of form `code` with exactly this definition and sample, made if it is new.

    `sample`: answers of a fictional applicant, shown as the filled-in form. Publishing an earlier
    definition again gives its earlier version.
    """
    content = definition.model_dump(mode="json", exclude_defaults=True)
    digest = _digest(code, [content, sample] if sample else content)
    found = FormVersion.objects.filter(digest=digest).first()
    if found is not None:
        return found
    with connection.cursor() as cursor:  # numbers are given one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"form {code}"])
    found = FormVersion.objects.filter(digest=digest).first()
    if found is not None:
        return found
    last = FormVersion.objects.filter(code=code).aggregate(last=Max("number"))["last"] or 0
    return FormVersion.objects.create(
        code=code,
        number=last + 1,
        definition=content,
        schema=json_schema(definition),
        sample=dict(sample or {}),
        digest=digest,
    )


@transaction.atomic
def publish_forms(
    forms: Mapping[str, FormDefinition], samples: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, int]:
    """Publish many forms, by code, in a handful of queries: the ids of their versions, by code.

    `samples`: their sample answers, by code, for those that have some.
    """
    samples = samples or {}
    contents = {
        code: definition.model_dump(mode="json", exclude_defaults=True)
        for code, definition in forms.items()
    }
    digests = {
        code: _digest(code, [content, samples[code]] if samples.get(code) else content)
        for code, content in contents.items()
    }
    with connection.cursor() as cursor:  # in one order, so that two callers cannot block each other
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('form ' || code, 0))"
            " FROM unnest(%s::text[]) code ORDER BY code",
            [sorted(forms)],
        )
    found = dict(
        FormVersion.objects.filter(digest__in=digests.values()).values_list("digest", "pk")
    )
    new = [code for code, digest in digests.items() if digest not in found]
    last = dict(
        FormVersion.objects.filter(code__in=new)
        .values_list("code")
        .annotate(last=Max("number"))
        .order_by()
    )
    made = FormVersion.objects.bulk_create(
        FormVersion(
            code=code,
            number=last.get(code, 0) + 1,
            definition=contents[code],
            schema=json_schema(forms[code]),
            sample=dict(samples.get(code, {})),
            digest=digests[code],
        )
        for code in new
    )
    found |= {version.digest: version.pk for version in made}
    return {code: found[digest] for code, digest in digests.items()}


@lru_cache(maxsize=512)
def form(version_id: int) -> FormDefinition:
    """The definition of a published version (kept in memory: versions never change).

    Raises FormVersion.DoesNotExist.
    """
    content = FormVersion.objects.values_list("definition", flat=True).get(pk=version_id)
    return FormDefinition.model_validate(content)


@lru_cache(maxsize=512)
def sample_of(version_id: int) -> Mapping[str, Any]:
    """The sample answers of a published version; {} if it has none."""
    sample: dict[str, Any] = FormVersion.objects.values_list("sample", flat=True).get(pk=version_id)
    return sample


def form_code(version_id: int) -> str:
    """What people call the version by: "birth-registration, version 2"."""
    code, number = FormVersion.objects.values_list("code", "number").get(pk=version_id)
    return f"{code}, version {number}"


def _digest(code: str, content: object) -> str:
    text = json.dumps([code, content], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
