"""Who signs in, as allauth has it; only how somebody who is signed in is found differs: by a query whose SQL is written once."""

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend

from .models import User
from .written_queries import WrittenQuery

_people = WrittenQuery(lambda pk: User.objects.filter(pk=pk).order_by(), int)


class AuthenticationBackend(AllauthBackend):
    def get_user(self, user_id):
        """The person with this key; None where there is none or their account is closed."""
        user = _people.first(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
