"""For the test of many guesses at once: a hasher whose every use is printed, and one that forgets the limit."""

import os
import time

from django.contrib.auth.hashers import MD5PasswordHasher

EVALUATED = "a password was evaluated\n"
# Long enough for others to come between what is counted and what is evaluated.
TAKES = 0.05


class CountedHasher(MD5PasswordHasher):
    """Says each time in the server's log that it hashes a password, be it to compare it or to take as long."""

    def encode(self, password, salt):
        os.write(2, EVALUATED.encode())
        time.sleep(TAKES)
        return super().encode(password, salt)


class ForgetfulHasher(CountedHasher):
    """A planted fault: each process that has evaluated a password refuses none from then on."""

    def encode(self, password, salt):
        from people.models import PasswordTry

        PasswordTry.MOST = 1_000_000
        return super().encode(password, salt)
