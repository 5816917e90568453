"""Posts: staff roles, given and ended by administrators within their own reach.

A post is never changed or deleted: its rows, with who gave and who ended it, are the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tongban.directory.api import NoSuchRegion, agency, region, subtree
from tongban.identity.contacts import account_names
from tongban.identity.models import Account, Post
from tongban.identity.viewers import HeldPost, Officer
from tongban.kernel import clock
from tongban.kernel.errors import Refused
from tongban.kernel.localized import Localized

ADMINISTRATOR = Post.Role.ADMINISTRATOR.value


@dataclass(frozen=True)
class StaffPost:
    """A post with its holder, as an administrator's list shows it."""

    id: int
    account_id: int
    username: str
    name: str
    role: str
    region_code: str
    region_name: Localized
    agency_id: int | None
    agency_name: Localized | None
    since: datetime
    until: datetime | None


@transaction.atomic
def give_post(
    by: Officer,
    *,
    account_id: int,
    role: str,
    region_code: str,
    agency_id: int | None = None,
    until: datetime | None = None,
) -> int:
    """Give an account a staff role; returns the post's id.

    An administrator gives posts within their own region's subtree, and within their own agency
    if their post names one; nobody gives themselves a post. Raises Refused.
    """
    _require_reach(by, region_code, agency_id)
    if account_id == by.account_id:
        raise Refused("post.own", _("You cannot give yourself a post. Ask another administrator."))
    return _give(account_id, role, region_code, agency_id, until, by.account_id)


@transaction.atomic
def appoint(username: str, *, role: str, region_code: str, agency_id: int | None = None) -> int:
    """Give the first posts of an installation, from its command line. Raises Refused."""
    account = Account.objects.filter(username=username.lower()).first()
    if account is None:
        raise Refused("post.no_account", _("There is no account with that user name."))
    return _give(account.pk, role, region_code, agency_id, None, None)


@transaction.atomic
def end_post(by: Officer, post_id: int) -> None:
    """End a post now; it stays on record. Raises Refused."""
    post = Post.objects.select_for_update().filter(pk=post_id).first()
    now = clock.now()
    if post is None or (post.until is not None and post.until <= now):
        raise Refused("post.gone", _("That post has ended already."))
    _require_reach(by, post.region_id, post.agency_id)
    post.until = max(now, post.since)
    post.ended_by_id = by.account_id
    post.save(update_fields=["until", "ended_by"])


def staff(by: Officer, *, include_ended: bool = False) -> list[StaffPost]:
    """The posts an administrator may see and end, by agency and name."""
    reach = Q(pk__in=[])
    for held in by.posts_as(ADMINISTRATOR):
        within = subtree(held.region_path, "region__path")
        reach |= within if held.agency_id is None else within & Q(agency_id=held.agency_id)
    rows = Post.objects.filter(reach)
    return _staff(rows if include_ended else rows.filter(_current()))


def colleagues(agency_id: int, roles: Sequence[str] = ("clerk", "officer")) -> list[StaffPost]:
    """Who holds one of the roles at an agency now, to hand a case to."""
    return _staff(Post.objects.filter(_current(), agency_id=agency_id, role__in=roles))


def holders(role: str) -> list[tuple[int, HeldPost]]:
    """Everybody who holds a post of that role now: (account, post), in the order they began."""
    return [
        (post.account_id, HeldPost(post.role, post.region_id, post.region.path, post.agency_id))
        for post in Post.objects.filter(_current(), role=role)
        .select_related("region")
        .order_by("since", "pk")
    ]


def _current() -> Q:
    now = clock.now()
    return Q(since__lte=now, account__is_active=True) & (Q(until__isnull=True) | Q(until__gt=now))


def _staff(rows: QuerySet[Post]) -> list[StaffPost]:
    posts = list(
        rows.select_related("account", "region", "agency").order_by(
            "region__path", "agency__sort_key", "role", "account__username", "pk"
        )
    )
    names = account_names(post.account_id for post in posts)
    return [
        StaffPost(
            id=post.pk,
            account_id=post.account_id,
            username=post.account.username,
            name=names[post.account_id],
            role=post.role,
            region_code=post.region_id,
            region_name=post.region.name,
            agency_id=post.agency_id,
            agency_name=post.agency.name if post.agency else None,
            since=post.since,
            until=post.until,
        )
        for post in posts
    ]


def _require_reach(by: Officer, region_code: str, agency_id: int | None) -> None:
    try:
        path = region(region_code).path
    except NoSuchRegion as error:
        raise Refused("post.no_region", _("There is no such region."), field="region") from error
    for held in by.posts_as(ADMINISTRATOR):
        if path.startswith(held.region_path) and held.agency_id in (None, agency_id):
            return
    raise Refused(
        "post.out_of_reach",
        _("Only an administrator responsible for that region and agency can do this."),
    )


def _give(
    account_id: int,
    role: str,
    region_code: str,
    agency_id: int | None,
    until: datetime | None,
    given_by: int | None,
) -> int:
    if role not in Post.Role.values:
        raise Refused("post.no_role", _("There is no such role."), field="role")
    if agency_id is None and role in (Post.Role.CLERK, Post.Role.OFFICER):
        raise Refused(
            "post.needs_agency",
            _("Window clerks and case officers work for one agency. Choose it."),
            field="agency",
        )
    # A post at an agency that lies elsewhere would see nothing, or too much.
    path = region(region_code).path
    if agency_id is not None and not agency(agency_id).region_path.startswith(path):
        raise Refused(
            "post.agency_elsewhere", _("That agency does not lie in that region."), field="agency"
        )
    now = clock.now()
    if until is not None and until <= now:
        raise Refused("post.past", _("The last day must lie in the future."), field="until")
    if not Account.objects.filter(pk=account_id, is_active=True).exists():
        raise Refused("post.no_account", _("There is no such account."), field="account")
    place = Q(agency__isnull=True) if agency_id is None else Q(agency_id=agency_id)
    same = Post.objects.filter(
        _current(), place, account_id=account_id, role=role, region_id=region_code
    )
    try:
        if same.exists():
            raise IntegrityError
        with transaction.atomic():
            post = Post.objects.create(
                account_id=account_id,
                role=role,
                region_id=region_code,
                agency_id=agency_id,
                since=now,
                until=until,
                given_by_id=given_by,
            )
    except IntegrityError as error:
        raise Refused("post.held", _("They hold that post already.")) from error
    return post.pk
