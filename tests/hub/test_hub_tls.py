"""How strict the worker is with a broker that it meets by TLS."""

import ssl
from datetime import UTC, datetime

from hub import authority
from hub.settings import ENVIRONMENT, KEYS
from hub.sync.tls import tls_context


def test_only_the_hubs_own_authority_the_right_name_and_nothing_old() -> None:
    context = tls_context(authority.load(ENVIRONMENT.authority, KEYS.authority), datetime(2026, 3, 1, tzinfo=UTC))
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert len(context.get_ca_certs()) == 1
