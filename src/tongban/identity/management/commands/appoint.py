"""./tongban manage appoint USERNAME ROLE REGION"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongban.directory.api import find_agency, find_region
from tongban.identity.models import Post
from tongban.identity.posts import appoint
from tongban.kernel.errors import Refused


class Command(BaseCommand):
    help = "Gives an account a staff post: for the first administrator, who gives all others."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", choices=Post.Role.values)
        parser.add_argument("region", help="the region's code; the post holds for all below it")
        parser.add_argument("--agency", default="", help="the agency's code, for one agency only")

    def handle(self, *args: Any, **options: Any) -> None:
        if find_region(options["region"]) is None:
            raise CommandError(f"There is no region {options['region']}.")
        agency = find_agency(options["agency"]) if options["agency"] else None
        if options["agency"] and agency is None:
            raise CommandError(f"There is no agency {options['agency']}.")
        try:
            appoint(
                options["username"],
                role=options["role"],
                region_code=options["region"],
                agency_id=agency.id if agency else None,
            )
        except Refused as refusal:
            raise CommandError(str(refusal.message)) from refusal
        self.stdout.write(f"{options['username']} is now {options['role']}.")
