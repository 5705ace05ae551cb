"""Who signs in, as allauth has it; only how somebody who is signed in is found differs: by a query whose SQL is written once."""

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend
from django.conf import settings
from django.db.models import Exists, OuterRef

from .models import AnalystGrant, PasswordTry, TooManyTries, User
from .written_queries import WrittenQuery

# Whether they are an analyst is asked along: each page draws it.
_people = WrittenQuery(
    lambda pk: (
        User.objects.filter(pk=pk)
        .annotate(is_analyst=Exists(AnalystGrant.objects.filter(analyst=OuterRef("pk"))))
        .order_by()
    ),
    int,
)


class AuthenticationBackend(AllauthBackend):
    def authenticate(self, request, **credentials):
        """Whose password it is; nobody's, whatever the page, on a portal where people sign in by their organisation alone."""
        if not settings.PORTAL_LOCAL_PASSWORDS:
            return None
        self.address = credentials.get("email") or credentials.get("username") or ""
        try:
            return super().authenticate(request, **credentials)
        except TooManyTries:
            if request is not None:
                request.tried_too_often = True
            raise

    def _mitigate_timing_attack(self, password):
        # Nobody has this address: it is counted like somebody's own, so that the answer does not tell, and then as much is done.
        PasswordTry.objects.spend(account=f"address {self.address.strip().lower()}")
        super()._mitigate_timing_attack(password)

    def get_user(self, user_id):
        """The person with this key; None where there is none or their account is closed."""
        user = _people.first(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
