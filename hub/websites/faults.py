"""What can be wrong with a website's token: codes that stay as they are, and what each says to its developer.

The texts name claims and what is expected here, never what a token says.
"""

from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.errors import HubError


class Fault(StrEnum):
    """In the order in which they are looked for."""

    WEBSITE_OFF = "website_off"
    TOO_LONG = "too_long"
    MALFORMED = "malformed"
    KEY_MISSING = "key_missing"
    KEY_UNKNOWN = "key_unknown"
    KEY_ENDED = "key_ended"
    ALGORITHM_WRONG = "algorithm_wrong"
    SIGNATURE_WRONG = "signature_wrong"
    CLAIM_MISSING = "claim_missing"
    ISSUER_WRONG = "issuer_wrong"
    AUDIENCE_WRONG = "audience_wrong"
    TIME_WRONG = "time_wrong"
    LIFETIME_WRONG = "lifetime_wrong"
    EXPIRED = "expired"
    TOO_EARLY = "too_early"
    SUBJECT_WRONG = "subject_wrong"
    ID_WRONG = "id_wrong"
    EMAIL_WRONG = "email_wrong"
    NAME_WRONG = "name_wrong"
    USED = "used"


SAID: Final[dict[Fault, Promise]] = {
    Fault.WEBSITE_OFF: _("The website is switched off here: switch it on at Websites."),
    Fault.TOO_LONG: _("The token is longer than %(letters)s letters: leave out claims that are not asked for."),
    Fault.MALFORMED: _("This is no JWT: three parts of base64url with dots between, the first two JSON objects."),
    Fault.KEY_MISSING: _("The header has no kid: name the key that the token is signed with."),
    Fault.KEY_UNKNOWN: _("The header's kid is no key of this website: look at the keys on its page."),
    Fault.KEY_ENDED: _("The key has ended or was revoked: sign with one that counts."),
    Fault.ALGORITHM_WRONG: _("The header's alg has to be that of the key: %(algorithm)s."),
    Fault.SIGNATURE_WRONG: _(
        "The signature is not by this key: sign “header.payload” as it is sent, with the private key or secret."
    ),
    Fault.CLAIM_MISSING: _("The claim %(claim)s is missing."),
    Fault.ISSUER_WRONG: _("The claim iss has to be the website's id here: %(wanted)s."),
    Fault.AUDIENCE_WRONG: _("The claim aud has to be this hub's address alone: %(wanted)s."),
    Fault.TIME_WRONG: _("The claim %(claim)s has to be a number: whole seconds since 1970 in UTC."),
    Fault.LIFETIME_WRONG: _("The claim exp has to be after iat, by at most %(seconds)s seconds."),
    Fault.EXPIRED: _("The token is over (exp): make one for each page that is shown, and look at the clock."),
    Fault.TOO_EARLY: _("The claim %(claim)s is in the future: look at the clock of the website's machine."),
    Fault.SUBJECT_WRONG: _(
        "The claim sub has to be text of 1 to %(letters)s printable letters: a number goes in quotes."
    ),
    Fault.ID_WRONG: _(
        "The claim jti has to be text of 8 to %(letters)s printable letters, another one in each token."
    ),
    Fault.EMAIL_WRONG: _("The claim email is no e-mail address: leave it out where there is none."),
    Fault.NAME_WRONG: _(
        "The claim name has to be text of at most %(letters)s printable letters: leave it out where there is none."
    ),
    Fault.USED: _("The token was used already: each counts once. Make a new one for each page that is shown."),
}


class TokenRefused(HubError):
    """`fault` is for programs, the text for whoever makes the tokens. Nothing has come of the token."""

    def __init__(self, fault: Fault, **details: object) -> None:
        super().__init__(str(SAID[fault]) % details if details else str(SAID[fault]))
        self.fault = fault
