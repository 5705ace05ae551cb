"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id with what OWASP's Password Storage Cheat Sheet asks for: 19 MiB of memory, two passes, one lane.

    To guess costs memory, which an attacker's graphics cards have least of. To sign in takes an eighth of the time of the PBKDF2
    that Django asks for: some 25 ms of a core and not 200, so that a crowd that signs in at nine holds nobody else up. A password
    kept in another way is kept in this one from the next sign-in on.
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
