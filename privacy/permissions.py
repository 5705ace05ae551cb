"""May this person do what nobody else may?"""


def can_open_rounds(user) -> bool:
    """Open a round that is not theirs, with a reason: a superuser who may enter the admin, where a second factor is asked for."""
    return user.is_active and user.is_staff and user.is_superuser
