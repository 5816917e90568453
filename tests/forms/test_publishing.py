from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from pytest_django import DjangoAssertNumQueries

from tests.forms.builders import field, form_of
from tongban.forms import api
from tongban.forms.models import FormVersion

FORM = form_of([field("name")])
OTHER = form_of([field("name", required=False)])

pytestmark = pytest.mark.django_db


def test_the_same_definition_is_the_same_version() -> None:
    first = api.publish_form("birth", FORM)
    assert api.publish_form("birth", FORM) == first
    second = api.publish_form("birth", OTHER)
    assert [first.number, second.number] == [1, 2]
    assert api.publish_form("birth", FORM) == first
    assert api.publish_form("death", FORM).number == 1


def test_a_version_comes_back_as_it_was(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    version = api.publish_form("birth", FORM)
    assert api.form(version.pk) == FORM
    with django_assert_num_queries(0):
        api.form(version.pk)
    assert version.schema["properties"]["name"]["title"] == "Name（中）"


def test_versions_cannot_be_changed() -> None:
    version = api.publish_form("birth", FORM)
    with pytest.raises(DatabaseError), transaction.atomic():
        FormVersion.objects.filter(pk=version.pk).update(code="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        version.delete()
