"""Reading settings from the environment, and refusing to start with insecure ones."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def read(name: str, default: str | None = None) -> str:
    """The variable `name`, or the content of the file that `name_FILE` names."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: cannot read {path}: {error}") from error
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set {name} (or {name}_FILE) in the environment.")
    return value


def read_list(name: str, default: str = "") -> list[str]:
    """A comma-separated variable as a list."""
    return [part.strip() for part in read(name, default).split(",") if part.strip()]


def read_bool(name: str, default: bool) -> bool:
    """A yes/no variable."""
    value = read(name, "yes" if default else "no").lower()
    if value not in {"yes", "no", "true", "false", "1", "0", "on", "off"}:
        raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}.")
    return value in {"yes", "true", "1", "on"}


def database(url: str) -> dict[str, object]:
    """Django's database settings for a libpq URL; TCP or, as `?host=/folder`, a socket."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    host = query.pop("host", None) or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or query.pop("port", "")),
        "OPTIONS": query,
    }


def insecure(environment: Mapping[str, object]) -> list[str]:
    """What a production installation must not run with; each entry names it and its mending."""
    faults: list[str] = []
    secret = str(environment["SECRET_KEY"])
    if len(secret) < 50 or len(set(secret)) < 12 or secret.startswith("insecure"):
        faults.append("TONGBAN_SECRET_KEY is short or a known default: use 50 random characters.")
    if "insecure" in str(environment["SEAL_KEYS"]):
        faults.append("TONGBAN_SEAL_KEYS is the development key: make your own and keep it safe.")
    hosts = environment["ALLOWED_HOSTS"]
    if not hosts or (isinstance(hosts, list) and "*" in hosts):
        faults.append("TONGBAN_HOSTS must name the host names this installation answers to.")
    if environment["DEBUG"]:
        faults.append("TONGBAN_DEBUG must not be on.")
    if not str(environment["BASE_URL"]).startswith("https://"):
        faults.append("TONGBAN_BASE_URL must begin with https://")
    if "console" in str(environment["EMAIL_BACKEND"]) or "filebased" in str(
        environment["EMAIL_BACKEND"]
    ):
        faults.append("TONGBAN_EMAIL_URL must name a mail server: smtp://user:password@host:587")
    return faults
