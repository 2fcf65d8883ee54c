"""The configuration file: its keys, its defaults, and errors that say what to do."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from crawler.config import Config, ConfigError, ServiceConfig, default_toml, load_config


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "copydesk.toml"


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_config() == Config()


def test_the_file_in_the_current_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("copydesk.toml").write_text("crawl.delay = 3\n")
    assert load_config().crawl.delay == 3.0


def test_every_table_is_read(file: Path) -> None:
    file.write_text(
        'database = "postgresql+psycopg://me@db/news"\ncontact = "desk@example.org"\n'
        '[crawl]\ndelay = 0\npages_per_run = 5\n[workers]\nprocesses = 3\n[cleaning]\nkeep = ["fact box"]\n'
        'learn = false\n[scrapy]\nLOG_LEVEL = "DEBUG"\n'
    )
    config = load_config(file)
    assert config.database == "postgresql+psycopg://me@db/news"
    assert (config.contact, config.crawl.delay, config.crawl.pages_per_run) == ("desk@example.org", 0.0, 5)
    assert (config.cleaning.keep, config.cleaning.learn) == (["fact box"], False)
    assert (config.workers.processes, config.scrapy) == (3, {"LOG_LEVEL": "DEBUG"})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("news.sqlite", "{folder}/news.sqlite"),
        ("/var/news.sqlite", "/var/news.sqlite"),
        ("sqlite://", "sqlite://"),
    ],
)
def test_a_relative_database_stands_beside_the_file(file: Path, written: str, meant: str) -> None:
    file.write_text(f'database = "{written}"')
    assert load_config(file).database == meant.format(folder=file.parent)


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        (
            "[crawl]\ndlay = 1",
            "crawl.dlay",
            "did you mean crawl.delay? allowed in [crawl]: delay, crawls_at_once",
        ),
        ("delay = 1", "delay", "did you mean crawl.delay? allowed at the top of the file: database, contact"),
        ("[crawl]\nprocesses = 1", "crawl.processes", "did you mean workers.processes?"),
        ("[zzz]\na = 1", "zzz", "no such key; allowed at the top of the file: database"),
        ('[crawl]\ndelay = "fast"', "crawl.delay", "'fast' is not allowed; allowed is a number of seconds"),
        ("[crawl]\ndelay = -1", "crawl.delay", "from 0 to 3600"),
        ("[crawl]\ndelay = nan", "crawl.delay", "from 0 to 3600"),
        ("[crawl]\nobey_robots = 1", "crawl.obey_robots", "true or false"),
        ("[crawl]\nports = [80, 0]", "crawl.ports", "0 is not allowed; allowed is a list of one or more"),
        ("[crawl]\nports = 80", "crawl.ports", "a list of one or more numbers from 1 to 65535"),
        ("[crawl]\nports = []", "crawl.ports", "[] is not allowed; allowed is a list of one or more numbers"),
        (
            '[rights]\nexclude = ["robots", "noia"]',
            "rights.exclude",
            "'noia', which means nothing that publishers reserve; did you mean 'noai'? docs/rights.md tells",
        ),
        (
            '[rights]\nexclude = [""]',
            "rights.exclude",
            "'', which means nothing that publishers reserve; docs/",
        ),
        ('[rights]\nexclude = "noai"', "rights.exclude", "'noai' is not allowed; allowed is a list of res"),
        (
            '[crawl]\nallow_private = ["http://wiki/"]',
            "crawl.allow_private",
            "allowed is a list of host names",
        ),
        ('[crawl]\nallow_private = ["10.0.0.0/8"]', "crawl.allow_private", "without http://"),
        ("[crawl]\nretries = 1.5", "crawl.retries", "a whole number from 0 to 20"),
        (
            '[cleaning]\nkeep = "see also"',
            "cleaning.keep",
            "'see also' is not allowed; allowed is a list of names",
        ),
        (
            '[cleaning]\nkeep = ["see also", 3]',
            "cleaning.keep",
            "3 is not allowed; allowed is a list of names",
        ),
        ("[cleaning]\nlearn = 1", "cleaning.learn", "true or false"),
        ("[workers]\nprocesses = 0", "workers.processes", "a whole number from 1 to 256"),
        ('contact = "a\\nX-Header: b"', "contact", "on one line"),
        ("crawl = 3", "crawl", "a table"),
        ("scrapy = []", "scrapy", "a table of NAME = value"),
        (
            '[schedule]\nshortest = "0 s"',
            "schedule.shortest",
            "'0 s' is not allowed; allowed is a span of time",
        ),
        ('[schedule]\nshortest = "0.5 s"', "schedule.shortest", "or 1 day, 1 s or more"),
        ('[schedule]\nlongest = "59 s"', "schedule.longest", "1 min or more and no less than shortest"),
        ('[schedule]\nlongest_run = "0 s"', "schedule.longest_run", "1 s or more"),
        ('[service]\nlease = "0 s"', "service.lease", "1 s or more"),
        ('[service]\nlease = "soon"', "service.lease", "'soon' is not allowed; allowed is a span of time"),
        (
            '[schedule]\nshortest = "2 h"\nlongest = "1 h"',
            "schedule.shortest",
            '= "2 h" is more than schedule.longest = "1 h"; allowed is as much or less',
        ),
        (
            '[schedule]\nshortest = "2 days"',
            "schedule.shortest",
            '= "2 days" is more than schedule.longest = "1 day"',
        ),
        ('database = ""', "database", "the path of an SQLite file, or a database URL"),
    ],
)
def test_a_wrong_key_or_value_is_named_with_what_is_allowed(
    file: Path, text: str, key: str, says: str
) -> None:
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    message = str(caught.value)
    assert message.startswith(f"{file}: {key} ")
    assert says in message


def test_the_least_that_is_allowed(file: Path) -> None:
    file.write_text(
        '[schedule]\nshortest = "1 min"\nlongest = "1 min"\nlongest_run = "1 s"\n'
        '[service]\nlease = "1 s"\nstop_within = "0 s"\n'
    )
    config = load_config(file)
    assert config.schedule.shortest == config.schedule.longest == timedelta(minutes=1)
    assert config.service.stop_within == timedelta(0)
    with pytest.raises(ValidationError):
        ServiceConfig(stop_within=-timedelta(seconds=1))


def test_all_that_is_wrong_is_told_at_once(file: Path) -> None:
    file.write_text("[crawl]\ndlay = 1\nretries = -1\n")
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert [line.split()[1] for line in str(caught.value).splitlines()] == ["crawl.retries", "crawl.dlay"]


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"a = ", "not valid TOML"), (b"\xff", "not UTF-8"), (b"a = 1\na = 2", "not valid TOML")],
)
def test_a_file_that_is_no_toml_is_named(file: Path, content: bytes, says: str) -> None:
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=says) as caught:
        load_config(file)
    assert str(file) in str(caught.value)


def test_a_named_file_has_to_be_there(file: Path) -> None:
    with pytest.raises(ConfigError, match="no such file; `copydesk --config"):
        load_config(file)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path)


def test_the_written_file_changes_nothing(file: Path) -> None:
    file.write_text(default_toml())
    assert load_config(file).model_copy(update={"database": "copydesk.sqlite"}) == Config()


def test_every_key_of_the_written_file_can_be_uncommented(file: Path) -> None:
    lines = [line.removeprefix("# ") if " = " in line else line for line in default_toml().splitlines()]
    file.write_text("\n".join(lines))
    config = load_config(file)
    assert set(config.model_fields_set) == {
        "database",
        "contact",
        "crawl",
        "workers",
        "cleaning",
        "rights",
        "schedule",
        "service",
        "scrapy",
    }
    for table in (config.crawl, config.workers, config.cleaning):
        assert table.model_fields_set == set(type(table).model_fields)
