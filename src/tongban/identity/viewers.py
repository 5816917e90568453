"""Who is looking: frozen descriptions of a resident or an officer, handed to every act.

They carry what visibility rules need, so that rules do not go back to the database and a function
that needs a viewer cannot be called without one.
"""

from __future__ import annotations

from dataclasses import dataclass

from tongban.identity.models import Account, Post
from tongban.kernel import clock


@dataclass(frozen=True)
class Resident:
    """A signed-in person, and the parties they may act for now."""

    account_id: int
    party_ids: frozenset[int]
    own_party_id: int | None

    def may_act_for(self, party_id: int) -> bool:
        return party_id in self.party_ids


@dataclass(frozen=True)
class HeldPost:
    """One post of an officer. `agency_id` None means every agency within the region."""

    role: str
    region_code: str
    region_path: str
    agency_id: int | None


@dataclass(frozen=True)
class Officer:
    """A member of staff with the posts they hold now."""

    account_id: int
    name: str
    posts: tuple[HeldPost, ...]

    def posts_as(self, *roles: str) -> tuple[HeldPost, ...]:
        """The posts in any of the roles."""
        return tuple(post for post in self.posts if post.role in roles)

    def has_role(self, *roles: str) -> bool:
        return bool(self.posts_as(*roles))


def resident_for(account: Account) -> Resident:
    """The resident behind an account. One query."""
    moment = clock.now()
    mandates = [
        mandate
        for mandate in account.mandates.filter(revoked_at__isnull=True, since__lte=moment)
        if mandate.until is None or mandate.until > moment
    ]
    own = [mandate.party_id for mandate in mandates if mandate.capacity == "self"]
    return Resident(
        account_id=account.pk,
        party_ids=frozenset(mandate.party_id for mandate in mandates),
        own_party_id=own[0] if own else None,
    )


def officer_for(account: Account) -> Officer | None:
    """The officer behind an account, or None if it holds no post now. One or two queries."""
    moment = clock.now()
    posts = tuple(
        HeldPost(post.role, post.region_id, post.region.path, post.agency_id)
        for post in Post.objects.filter(account=account, since__lte=moment).select_related("region")
        if post.until is None or post.until > moment
    )
    if not posts or not account.is_active:
        return None
    own = account.mandates.filter(capacity="self", revoked_at__isnull=True).select_related("party")
    mandate = own.first()
    return Officer(account.pk, mandate.party.name if mandate else account.username, posts)


def resident_of(account_id: int) -> Resident:
    """The resident behind the account with that id. Raises Account.DoesNotExist."""
    return resident_for(Account.objects.get(pk=account_id))


def officer_of(account_id: int) -> Officer | None:
    """The officer behind the account with that id, or None. Raises Account.DoesNotExist."""
    return officer_for(Account.objects.get(pk=account_id))


def resident_named(username: str) -> Resident:
    """The resident behind the account with that user name. Raises Account.DoesNotExist."""
    return resident_for(Account.objects.get(username=username))
