from django.db import models
from django.utils import timezone


class PasswordTry(models.Model):
    """A password that was tried on an account, right or wrong, whether or not there is such an account.

    ``account`` is a keyed digest of the address, so that no row tells whose it is.
    """

    account = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["account", "at"], name="password_try_by_account")]

    def __str__(self):
        return f"Password try {self.pk}"
