from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac


class TooManyTries(PermissionDenied):
    """The account was tried as often as it may be: nothing was evaluated."""


class PasswordTryQuerySet(models.QuerySet):
    def spend(self, *, account, purpose="password"):
        """Count a try on ``account`` before it is evaluated. Raises ``TooManyTries`` where it must not be.

        Of an account, ``MOST`` tries at most are evaluated in any stretch of ``WITHIN``, by however many processes: each row is
        committed before its own count, so that of any ``MOST + 1`` rows the last one committed sees all the others. Rows are taken
        back by those alone who are refused: trying on does not lengthen the wait. Rows of different purposes count apart.
        """
        digest = salted_hmac("people.PasswordTry", f"{purpose}:{account}", algorithm="sha256").hexdigest()
        # Within somebody else's transaction the row would not be there for the others to see.
        with transaction.atomic(durable=True):
            own = self.create(account=digest)
        if self.filter(account=digest, at__gt=own.at - PasswordTry.WITHIN).count() > PasswordTry.MOST:
            own.delete()
            raise TooManyTries


class PasswordTry(models.Model):
    """A password that was tried on an account, right or wrong, whether or not there is such an account.

    ``account`` is a keyed digest of the user's key, or of the address where nobody has it, so that no row tells whose it is.
    """

    MOST = 10
    WITHIN = timedelta(minutes=5)

    account = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    objects = models.Manager.from_queryset(PasswordTryQuerySet)()

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["account", "at"], name="password_try_by_account")]

    def __str__(self):
        return f"Password try {self.pk}"
