"""May this person do this to this organisation? Who may see its figures at all is ``Organisation.objects.visible_to``."""

from people.models import AnalystGrant


def can_invite(user, organisation) -> bool:
    """Invite its people to a round: an analyst who was given that, of the organisation or of one that it lies within."""
    return AnalystGrant.objects.filter(
        analyst=user, may_invite=True, organisation__lines_down__descendant=organisation
    ).exists()
