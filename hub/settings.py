"""Django's settings, all of them from the environment and the key files; nothing here is meant to be edited."""

import os
from importlib.util import find_spec
from pathlib import Path

from django.templatetags.static import static

from hub import environment, keys

ENVIRONMENT = environment.read(os.environ)
KEYS = keys.load(ENVIRONMENT.keys)
DOORWARD_URL = ENVIRONMENT.url
SECRET_KEY = KEYS.django.hex()
DEBUG = False
ALLOWED_HOSTS = sorted({ENVIRONMENT.host, "127.0.0.1", "localhost", "[::1]"})

INSTALLED_APPS = [
    # Before unfold: what is locked down stands above all of its pages.
    "hub.orders",
    "unfold",
    # What it shows is imported with its addresses (hub/urls.py).
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "hub",
    "hub.audit",
    # Before allauth: its pages have our look.
    "hub.access",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "hub.rates",
    "hub.organization",
    "hub.mail",
    "hub.feed",
    "hub.reservations",
    "hub.wire_keys",
    "hub.members",
    "hub.partners",
    "hub.fleet",
    "hub.cards",
    "hub.accounts",
    "hub.websites",
    "hub.billing",
    "hub.enrolment",
    "hub.checkins",
    "hub.decisions",
    "hub.exchange",
    "hub.letters",
    "hub.reports",
    "hub.joining",
    "hub.watch",
    "hub.desk",
    "hub.scan",
    "hub.wallet",
    "hub.signup",
    "hub.api",
    "hub.webhooks",
    "hub.sync",
    "hub.login",
]
MIDDLEWARE = [
    "hub.page_policy.PagePolicyMiddleware",
    "hub.api.middleware.ProblemMiddleware",
    "hub.whole_text.WholeTextMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "hub.static_names.HashedFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "hub.api.middleware.EnglishMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hub.access.session_age_middleware.SessionAgeMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "hub.access.second_factor_middleware.SecondFactorMiddleware",
    "hub.access.acting_middleware.ActingMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
# A plan of a hundred permissions, each in a sentence of several fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
ROOT_URLCONF = "hub.urls"
WSGI_APPLICATION = "hub.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": ENVIRONMENT.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
# The browser's, unless somebody chose one in the menu: a cookie keeps that. Each is called as it calls itself.
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = True, "Lax"
LANGUAGE_COOKIE_SECURE = ENVIRONMENT.secure

STATIC_URL = "static/"
# Files are served as the packages bring them: there is no collecting step to forget.
WHITENOISE_USE_FINDERS = True
# Of the page of the API. As an app, each process would import all of it for them.
STATICFILES_DIRS = [Path(str(find_spec("ninja").origin)).parent / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "hub.static_names.HashedNames"},
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
AUTH_PASSWORD_VALIDATORS.append({"NAME": "hub.access.password_words.HouseWords"})
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "hub.access.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_EMAIL_VERIFICATION = "none"
# Passwords have the hub's own brake (hub/login); of codes there are five tries in a quarter of an hour.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "5/15m/key"}
ACCOUNT_FORMS = {"login": "hub.access.forms.SignInForm"}
MFA_ADAPTER = "hub.access.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", *(["webauthn"] if ENVIRONMENT.passkeys else [])]
MFA_PASSKEY_LOGIN_ENABLED = ENVIRONMENT.passkeys
MFA_ALLOW_UNVERIFIED_EMAIL = MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Doorward"
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "activate_totp": "hub.access.forms.SetUpAppForm",
    "authenticate": "hub.access.forms.AuthenticateForm",
    "reauthenticate": "hub.access.forms.ReauthenticateForm",
    "add_webauthn": "hub.access.forms.AddPasskeyForm",
    "authenticate_webauthn": "hub.access.forms.AuthenticatePasskeyForm",
    "reauthenticate_webauthn": "hub.access.forms.ReauthenticatePasskeyForm",
    "login_webauthn": "hub.access.forms.LoginPasskeyForm",
}
# What several processes count together: codes that were used, and tries.
CACHES = {"default": {"BACKEND": "hub.access.shared_cache.SharedCache"}}
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.secure
CSRF_TRUSTED_ORIGINS = [DOORWARD_URL]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if ENVIRONMENT.secure:
    # So browsers take them from this very host alone, over https alone (RFC 6265bis, 4.1.3.2).
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-doorward_session", "__Host-doorward_csrf"
    LANGUAGE_COOKIE_NAME = "__Host-doorward_language"
    # TLS ends at a reverse proxy in front of `web`, which listens on the loopback unless told otherwise.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600

# Letters leave through the outbox of hub/mail alone, by the way of ENVIRONMENT.mail.
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    # Django's words would send people to a setting that is not theirs: hub/urls.py says it instead.
    # A request's path may hold a card's code (/c/CODE), so a page that is not there is not logged.
    "loggers": {
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django.request": {"level": "ERROR"},
        # Who signs in stands there, too.
        "hub.login": {"level": "INFO"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}

_TEAL = {
    "50": "#f0fdfa",
    "100": "#ccfbf1",
    "200": "#99f6e4",
    "300": "#5eead4",
    "400": "#2dd4bf",
    "500": "#14b8a6",
    "600": "#0f766e",
    "700": "#115e59",
    "800": "#134e4a",
    "900": "#123b38",
    "950": "#042f2e",
}
UNFOLD = {
    "SITE_TITLE": "Doorward",
    "SITE_HEADER": "Doorward",
    "SITE_SYMBOL": "door_front",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("hub/door.svg")}],
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {"show_search": True, "navigation": "hub.navigation.sidebar"},
    "COLORS": {"primary": _TEAL},
}
