"""What the cache calls its entries: a keyed digest, so that no key tells an address, a name or where somebody came from."""

from django.utils.crypto import salted_hmac


def keyed(key, key_prefix, version) -> str:
    """The name under which an entry is kept. The same for all processes that have the same secret key."""
    return salted_hmac("service.cache", f"{key_prefix}:{version}:{key}", algorithm="sha256").hexdigest()
