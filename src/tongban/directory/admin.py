"""Emergency access to the directory, for superusers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from tongban.directory.models import Agency, Calendar, CalendarDay, Centre, Region
from tongban.kernel.announcements import announce


@admin.register(Region)
class RegionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("code", "name", "level")
    search_fields = ("code", "path")
    raw_id_fields = ("parent",)


@admin.register(Agency)
class AgencyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("code", "name", "region", "credit_code_valid", "active")
    search_fields = ("code", "credit_code")
    raw_id_fields = ("region", "parent")


@admin.register(Centre)
class CentreAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("code", "name", "region")
    raw_id_fields = ("region", "agencies")


@admin.register(CalendarDay)
class CalendarDayAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Edits here move running deadlines as any others do."""

    list_display = ("date", "kind", "name", "calendar")
    date_hierarchy = "date"

    def save_model(self, request: HttpRequest, obj: CalendarDay, *args: Any) -> None:
        super().save_model(request, obj, *args)
        _tell(obj)

    def delete_model(self, request: HttpRequest, obj: CalendarDay) -> None:
        super().delete_model(request, obj)
        _tell(obj)

    def has_delete_permission(self, request: HttpRequest, obj: CalendarDay | None = None) -> bool:
        return obj is not None  # one by one: deleting a selection would tell nobody


def _tell(day: CalendarDay) -> None:
    announce("calendar.changed", {"calendar": day.calendar_id, "since": day.date.isoformat()})


admin.site.register(Calendar)
