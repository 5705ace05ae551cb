from service import checks


def test_psycopg_2_alone_passes():
    assert checks.psycopg_3_is_absent(None) == []


def test_psycopg_3_beside_it_stops_the_start_and_says_how_to_remove_it(monkeypatch):
    monkeypatch.setattr(checks, "find_spec", lambda name: object())
    (error,) = checks.psycopg_3_is_absent(None)
    assert error.id == "service.E001"
    assert error.hint == "Remove it: pip uninstall psycopg psycopg-binary psycopg-c"
