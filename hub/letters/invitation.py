"""The letter by which a company's admin invites somebody: a link that takes them to the company's people."""

from datetime import datetime

from hub.accounts.invitation_operations import Invited
from hub.letters.kinds import Kind
from hub.letters.writing import written
from hub.mail.models import Mail
from hub.mail.operations import queue


def send_invitation(invited: Invited, at: datetime) -> Mail:
    """In the caller's transaction, so that there is no invitation that nobody hears of. NoMail, BadLetter."""
    invitation = invited.invitation
    draft = written(
        Kind.INVITATION,
        None,
        company=invitation.company.name,
        inviter=invitation.invited_by.name if invitation.invited_by else "",
        address=invited.address,
        until=invitation.until,
    )
    return queue(draft, invitation.address, Kind.INVITATION, at, lasts=invitation.until - at)
