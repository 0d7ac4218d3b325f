"""Settings, read from the environment only; a wrong one stops the start."""

import datetime as dt
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from shopfront.beat import list_schedule
from shopfront.common import logs
from shopfront.common.environment import (
    address,
    celery_url,
    database,
    env,
    flag,
    guess_process,
    required,
    shift,
    whole,
)
from shopfront.common.stores import configure_files, list_origins, read_store
from shopfront.common.stripe import allow_stripe, read_key
from shopfront.embedded import layout_for

BASE_DIR = Path(__file__).resolve().parent.parent

# --- What kind of start this is -------------------------------------------------
DEBUG = flag("DEBUG")
DEMO = flag("DEMO")
SECRET_KEY = required("SECRET_KEY", "a random text of 50 characters, kept secret.")
SITE_URL = address(
    "SITE_URL", "the public address, such as https://shop.example", "https", "http"
)
SITE_NAME = env.str("SITE_NAME", default="Shopfront")
_site = urlsplit(SITE_URL)
IS_HTTPS = _site.scheme == "https"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_site.hostname])
# In the demo the same site answers by each of this machine's names.
SITE_ORIGINS = {SITE_URL} | {
    f"{_site.scheme}://{host}:{_site.port}" for host in ALLOWED_HOSTS if DEMO
}
CSRF_TRUSTED_ORIGINS = sorted(SITE_ORIGINS)
CLOCK_SHIFT = shift("AT") if DEMO else dt.timedelta()
DATA_DIR = Path(env.str("DATA", default=str(BASE_DIR / ".demo"))).resolve()
PROCESS = env.str("PROCESS", default=guess_process())

# --- Engines --------------------------------------------------------------------
LAYOUT = layout_for(DATA_DIR)
if not (DEMO or DEBUG):
    required("DATABASE_URL", "postgres://user:password@host:5432/name")
    required("REDIS_URL", "redis://host:6379/0")
    required("EMAIL_URL", "smtp+tls://user:password@host:587")
IS_EMBEDDED_POSTGRES = "DATABASE_URL" not in env.ENVIRON
IS_EMBEDDED_VALKEY = "REDIS_URL" not in env.ENVIRON
REDIS_URL = env.str("REDIS_URL", default=LAYOUT.redis_url)


def _database(variable: str, name: str) -> dict[str, Any]:
    if variable in env.ENVIRON:
        config: dict[str, Any] = database(variable)
    elif "DATABASE_URL" in env.ENVIRON:
        config = database("DATABASE_URL")
        config["NAME"] = f"{config['NAME']}_sandbox"  # beside the shop's own
    else:
        config = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": LAYOUT.database_user,
            "HOST": LAYOUT.database_host,
        }
    given = config.get("OPTIONS", {})
    options: dict[str, Any] = {"connect_timeout": 5} | dict(given)
    if PROCESS in {"web", "media"}:
        # Under ASGI persistent connections leak; the pool is closed in Celery.
        options["pool"] = {"min_size": 1, "max_size": POOL_SIZE, "timeout": 5}
        config["CONN_MAX_AGE"] = 0
    else:
        config["CONN_MAX_AGE"] = 60
    config["CONN_HEALTH_CHECKS"] = True
    config["OPTIONS"] = options
    return config


POOL_SIZE = whole("DATABASE_POOL", 12)
DATABASES = {"default": _database("DATABASE_URL", "shopfront")}
if DEMO or DEBUG or "SANDBOX_DATABASE_URL" in env.ENVIRON:
    DATABASES["sandbox"] = _database("SANDBOX_DATABASE_URL", "shopfront_sandbox")
DATABASE_ROUTERS = ["shopfront.common.routers.SandboxRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "shopfront.common.caches.SharedRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "sf",
    },
}
CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # redis-py closes idle sockets after 5 s unless told otherwise.
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": None}]},
    },
}
CELERY_BROKER_URL = celery_url(REDIS_URL)
# A hint that cannot be queued is dropped at once; by default a page waits 6 s for it.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "shopfront.relay_urgent*": {"queue": "urgent"},
    "livestreams.second_look*": {"queue": "moderation"},
    "catalog.make_renditions*": {"queue": "media"},
    "livestreams.erase_rehearsals*": {"queue": "media"},
    "livestreams.keep_recording*": {"queue": "media"},
    "creators.*": {"queue": "payouts"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "shopfront.common.schedule:OnlyScheduler"
CELERY_BEAT_SCHEDULE = list_schedule(is_demo=DEMO)

# --- Applications ---------------------------------------------------------------
INSTALLED_APPS = [
    "shopfront",
    "livestreams",
    "orders",
    "catalog",
    "creators",
    "shopfront.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "channels",
    "django_celery_beat",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "lucide",
    "pghistory",
    "pgtrigger",
    "rest_framework",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "shopfront.common.http.BrowserKeyMiddleware",
    "shopfront.common.pages.DomainErrorMiddleware",
]
ROOT_URLCONF = "shopfront.urls"
ASGI_APPLICATION = "shopfront.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shopfront.common.pages.site_context",
                "orders.views.common.cart_context",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "lucide.templatetags.lucide",
                "shopfront.templatetags.shopfront",
            ],
        },
    },
]

# --- People ---------------------------------------------------------------------
AUTH_USER_MODEL = "shopfront.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "shopfront.views.accounts.AccountAdapter"
ACCOUNT_SIGNUP_FORM_CLASS = "shopfront.views.forms.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = "Shopfront"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
ALLAUTH_TRUSTED_PROXY_COUNT = whole("TRUSTED_PROXY_COUNT", 0)
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_NAME = f"sf_session_{_site.port}" if DEMO else "sf_session"
CSRF_COOKIE_NAME = f"sf_csrf_{_site.port}" if DEMO else "sf_csrf"

# --- Words, time, money ---------------------------------------------------------
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English")), ("de", _("German"))]  # those that pages have
SPOKEN_LANGUAGES = [  # in shows, chat and captions
    *LANGUAGES,
    ("fr", _("French")),
    ("it", _("Italian")),
    ("es", _("Spanish")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
DEFAULT_MARKET = env.str("DEFAULT_MARKET", default="GB")

# --- Files ----------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/hls", BASE_DIR / "node_modules" / "hls.js" / "dist"),
    (
        "vendor/inter",
        BASE_DIR / "node_modules" / "@fontsource-variable" / "inter" / "files",
    ),
]
SHARED_SECONDS = 0.9  # no page may show a price or stock older than a second
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(DATA_DIR / "files")))
MEDIA_URL = "/files/"
WHITENOISE_USE_FINDERS = DEBUG or DEMO
WHITENOISE_AUTOREFRESH = DEBUG
STORE = read_store()
STORAGES = {
    "default": configure_files(STORE),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if WHITENOISE_USE_FINDERS
        else "shopfront.common.statics.HashedFiles",
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

# --- The media gateway ----------------------------------------------------------
MEDIA_DIR = Path(env.str("MEDIA_DIR", default=str(DATA_DIR / "media")))
MEDIA_PORT = whole("MEDIA_PORT", 8001)
MEDIA_RTMP_PORT = whole("MEDIA_RTMP_PORT", 8002)
MEDIA_BASE_URL = env.str(
    "MEDIA_BASE_URL", default=f"{_site.scheme}://{_site.hostname}:{MEDIA_PORT}"
).rstrip("/")
MEDIA_RTMP_URL = env.str(
    "MEDIA_RTMP_URL", default=f"rtmp://{_site.hostname}:{MEDIA_RTMP_PORT}/live"
)
MEDIA_SECRET = env.str("MEDIA_SECRET", default=SECRET_KEY)
MEDIA_GRACE_SECONDS = whole("MEDIA_GRACE_SECONDS", 60)
# A gateway beside others has a name, and its own two addresses above.
MEDIA_GATEWAY = env.str("MEDIA_GATEWAY", default="")
MEDIA_MOST_SHOWS = whole("MEDIA_MOST_SHOWS", 40)
MEDIA_MOST_LADDERS = whole("MEDIA_MOST_LADDERS", 0)  # a third of a core each
MEDIA_MOST_KBITS = whole("MEDIA_MOST_KBITS", 16_000)
MEDIA_LONGEST_SIDE = whole("MEDIA_LONGEST_SIDE", 3_840)  # pixels
MEDIA_MOST_HOURS = whole("MEDIA_MOST_HOURS", 12)
MEDIA_LEAST_FREE_MB = whole("MEDIA_LEAST_FREE_MB", 512)
# Where nginx-rtmp or MediaMTX stands before the gateway (deploy/README.md).
MEDIA_HOOK_SECRET = env.str("MEDIA_HOOK_SECRET", default="")
MEDIA_HOOK_ADDRESSES = env.list("MEDIA_HOOK_ADDRESSES", default=["127.0.0.1", "::1"])
MEDIA_PULL_URL = env.str("MEDIA_PULL_URL", default="rtmp://127.0.0.1:1935/live")

# Whether addresses that people type in may lie inside our network: tests only.
OUTGOING_INTERNAL = flag("OUTGOING_INTERNAL")

# --- Payments -------------------------------------------------------------------
PAYMENT_GATEWAY = env.str("PAYMENT_GATEWAY", default="sandbox")
STRIPE_SECRET_KEY = read_key("STRIPE_SECRET_KEY")
STRIPE_PUBLISHABLE_KEY = read_key("STRIPE_PUBLISHABLE_KEY")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="https://api.stripe.com")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", default="")
HOLD_SECONDS = whole("HOLD_SECONDS", 600)

# --- E-mail ---------------------------------------------------------------------
if "EMAIL_URL" in env.ENVIRON:
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_TIMEOUT = 20  # seconds; without one a server that says nothing holds a worker
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"shop@{_site.hostname}")

# --- Security -------------------------------------------------------------------
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked inside
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
# Gateways on further hosts are named, so that pages may play from them.
MEDIA_ORIGINS = [MEDIA_BASE_URL, *env.list("MEDIA_ORIGINS", default=[])]
_media_ws = [origin.replace("http", "ws", 1) for origin in MEDIA_ORIGINS]
_files = [*MEDIA_ORIGINS, *list_origins(STORE)]
_site_ws = SITE_URL.replace("http", "ws", 1)
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "EXCLUDE_URL_PREFIXES": [],
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", *_files],
        "media-src": ["'self'", "blob:", *_files],
        "connect-src": ["'self'", _site_ws, *_files, *_media_ws],
        "worker-src": ["'self'", "blob:"],
        "font-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}
if PAYMENT_GATEWAY == "stripe":
    allow_stripe(CONTENT_SECURITY_POLICY["DIRECTIVES"])

# --- API ------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication"
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "shopfront.common.api.answer_problem",
    "DEFAULT_THROTTLE_CLASSES": [
        "shopfront.common.throttles.GuestThrottle",
        "shopfront.common.throttles.PersonThrottle",
    ],
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "DEFAULT_THROTTLE_RATES": {"anon": "60/min", "user": "600/min"},
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Shopfront Shopping API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
}

# --- Logs -----------------------------------------------------------------------
LOGGING = logs.configure(env.str("LOG_LEVEL", default="INFO"))
DJANGO_STRUCTLOG_CELERY_ENABLED = True
