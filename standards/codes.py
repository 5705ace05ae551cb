"""What codes look like, so that they can stand in an address: a capital or a digit first, as the standards write them."""

AREA_CODE = "[A-Z0-9][A-Za-z0-9]{0,9}"
STATEMENT_CODE = r"[A-Z0-9][A-Za-z0-9]{0,8}\.[A-Za-z0-9.]{1,8}"
