from asgiref.sync import sync_to_async
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property

from .organisation import Organisation
from .password_try import PasswordTry


class UserManager(BaseUserManager):
    """Makes users, who are known by their e-mail address."""

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)

    def create_user(self, email, password=None, **fields):
        """A user with this address, kept in lower case. Without a password nobody can sign in as them."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        """A user who may do everything in the admin, which gives no right to read anyone's ratings."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail address.

    Being staff or a superuser gives no right to read an assessment; ``privacy`` has the one exception, with a reason.

    session_generation  raised to end every session of theirs (``people.actions.end_sessions``)
    erased_at           when they were erased: the row stays, without anything of theirs, for what names it (``privacy``)
    """

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=150)
    job_title = models.CharField(max_length=150, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="people")
    is_staff = models.BooleanField("may enter the admin", default=False)
    is_active = models.BooleanField("may sign in", default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    session_generation = models.PositiveIntegerField(default=0, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique_in_any_case")]

    def __str__(self):
        return self.name or self.email

    @cached_property
    def is_analyst(self):
        """Whether some organisation's figures were opened to them. Of whoever is signed in it is read with them (``backends``)."""
        return self.analyst_grants.exists()

    def check_password(self, raw_password):
        """Whether this is their password. Each is counted, whoever asks: raises ``TooManyTries`` where it is not evaluated."""
        PasswordTry.objects.spend(account=f"user {self.pk}")
        return super().check_password(raw_password)

    async def acheck_password(self, raw_password):
        return await sync_to_async(self.check_password)(raw_password)

    def _get_session_auth_hash(self, secret=None):
        """What a session is compared with at each request: with this secret, or the present one.

        It ends with the password, as Django's own does, and also with what the person may do and with their ``session_generation``.
        """
        covered = (self.password, self.session_generation, self.is_staff, self.is_superuser)
        return salted_hmac("people.User.session", repr(covered), secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return self.name
