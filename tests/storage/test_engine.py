"""What each engine is told before it is used."""

import pytest
import sqlalchemy as sa

from storage.engine import label, make_engine, parse_url
from storage.errors import CannotOpenDatabase

UNLESS_SAID = {
    "keepalives_idle": "20",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "50000",
    "connect_timeout": "10",
}


@pytest.mark.parametrize(
    "said", [{}, {"keepalives_idle": "7", "connect_timeout": "3"}, {"tcp_user_timeout": "0"}]
)
def test_a_server_that_cannot_be_reached_any_more_is_noticed(
    postgresql_archive: sa.URL, said: dict[str, str]
) -> None:
    url = postgresql_archive.update_query_dict(said)
    engine = make_engine(parse_url(url.render_as_string(hide_password=False)), wait=1)
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        connected = driver.info.get_parameters()
    assert {name: connected[name] for name in UNLESS_SAID} == UNLESS_SAID | said
    engine.dispose()


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://me:secret@db/news", "postgresql+psycopg://db/news?user=me&password=secret"]
)
def test_the_name_for_a_person_tells_no_password(url: str) -> None:
    assert "secret" not in label(parse_url(url))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:/desk:x@h/news",
        "postgresql//desk:x@h/news",
        "postgresql://desk:a@x@h/news",
        "postgresql://desk:x@h:port/news",
        "host=h password=x",
        "sqlite:///a.sqlite?timeout=1",
        "sqlite:///file:a.sqlite?vfs=unix-none&uri=true",
        "sqlite:///file:a.sqlite?mode=memory&uri=true",
        "sqlite:///a.sqlite?mode=ro",
    ],
)
def test_what_is_no_address_of_an_archive_is_not_opened_nor_quoted(url: str) -> None:
    with pytest.raises(CannotOpenDatabase) as refused:
        parse_url(url)
    assert "x@" not in str(refused.value)
    assert "password=x" not in str(refused.value)
