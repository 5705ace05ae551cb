"""Whose an e-mail address is: the account's whose own it is, or where it was confirmed.

An address that somebody wants to change to is nobody's until its link has been opened. allauth counts it as theirs, so that whoever
has that address would be led into another's account, which somebody else can enter as well.
"""

from allauth.account.models import EmailAddress


def is_of(user, email: str) -> bool:
    """Whether ``email`` is the address of ``user``, confirmed or not, and no more than wished for."""
    if user.email.casefold() == email.casefold():
        return True
    return EmailAddress.objects.filter(user=user, email=email.lower(), verified=True).exists()


def forget_wishes_for(email: str):
    """Let nobody wait to change to ``email`` any more: whoever makes an account with it comes first. They may ask again."""
    wished = EmailAddress.objects.filter(email=email.lower(), verified=False)
    wished.exclude(user__email__iexact=email).delete()
