"""Who gets what: the written table that the tests hold every route to."""
