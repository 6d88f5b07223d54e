"""`ringway config`: what is in force, where it comes from, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ringway.settings.declared import SETTINGS
from tests.cli.conftest import Ringway


def settings(done: Any) -> dict[str, tuple[Any, str, str | None]]:
    return {
        it["name"]: (it["value"], it["source"], it["where"])
        for it in done.json["settings"]
    }


def test_every_setting_is_shown_with_its_default(ringway: Ringway) -> None:
    shown = settings(ringway("config", "--json"))
    assert list(shown) == [setting.name for setting in SETTINGS]
    assert {source for _, source, _ in shown.values()} == {"default"}
    assert shown["demo"][0] is True
    assert "127.0.0.1" in shown["advertise"][0]
    assert shown["engine"][0].endswith("/built/ringway-media")


def test_an_option_beats_a_variable_beats_the_file_beats_the_default(
    ringway: Ringway, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "ringway.toml"
    file.write_text('shards = 2\ngrace = 20\nhttp = "127.0.0.1:1000"\n')
    monkeypatch.setenv("RINGWAY_SHARDS", "3")
    monkeypatch.setenv("RINGWAY_GRACE", "30")
    shown = settings(ringway("config", "--shards", 4, "--json"))
    assert shown["shards"] == (4, "option", "--shards")
    assert shown["grace"] == (30, "variable", "RINGWAY_GRACE")
    assert shown["http"] == ("127.0.0.1:1000", "file", str(file))
    assert shown["log_level"] == ("info", "default", None)


@pytest.mark.parametrize(
    "words",
    [
        ["--advertise", "192.0.2.1", "192.0.2.2"],
        ["--advertise", "192.0.2.1", "--advertise", "192.0.2.2"],
        ["--advertise", "192.0.2.1,192.0.2.2"],
        ["--advertise=192.0.2.1 192.0.2.2"],
    ],
)
def test_a_list_is_given_in_any_way(ringway: Ringway, words: list[str]) -> None:
    shown = settings(ringway("config", *words, "--json"))
    assert shown["advertise"][0] == ["192.0.2.1", "192.0.2.2"]


def test_what_follows_from_others_is_shown_as_it_is(ringway: Ringway) -> None:
    shown = settings(ringway("config", "--http", "0.0.0.0:80", "--json"))
    assert shown["demo"] == (False, "default", None)
    assert "127.0.0.1" not in shown["advertise"][0]


def test_people_get_a_table_of_80_columns(ringway: Ringway) -> None:
    done = ringway("config", "--origin", "https://" + "a" * 60 + ".test")
    lines = done.out.splitlines()
    assert lines[0].split() == ["SETTING", "VALUE", "FROM"]
    assert all(len(line) <= 80 for line in lines)
    assert "option --origin" in done.out
    assert "…" in done.out


def test_the_data_folders_file_is_the_last_that_is_looked_for(
    ringway: Ringway, tmp_path: Path
) -> None:
    data = tmp_path / "elsewhere"
    data.mkdir()
    (data / "ringway.toml").write_text("shards = 5\n")
    asked = ("config", "--data", data, "--json")
    assert settings(ringway(*asked))["shards"][0] == 5
    (tmp_path / "ringway.toml").write_text("grace = 6\n")
    shown = settings(ringway(*asked))
    assert (shown["shards"][0], shown["grace"][0]) == (1, 6)
    (tmp_path / "other.toml").write_text("grace = 7\n")
    shown = settings(ringway(*asked, "--config", tmp_path / "other.toml"))
    assert shown["grace"][0] == 7


def test_the_data_folders_file_can_not_move_the_data_folder(
    ringway: Ringway, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "ringway.toml").write_text('data = "other"\n')
    assert "it is in it" in ringway("config").sentence


def test_paths_in_a_file_count_from_its_folder(
    ringway: Ringway, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "r.toml").write_text('data = "kept"\n')
    monkeypatch.setenv("RINGWAY_CONFIG", "etc/r.toml")
    done = ringway("config", "--json")
    assert settings(done)["data"][0] == str(tmp_path / "etc" / "kept")
    assert done.json["file"] == str(tmp_path / "etc" / "r.toml")


def test_other_commands_find_their_folder_in_the_file(
    ringway: Ringway, tmp_path: Path
) -> None:
    (tmp_path / "ringway.toml").write_text('data = "kept"\n')
    assert ringway("key", "create").code == 0
    assert (tmp_path / "kept" / "ringway.db").exists()


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("htpp = 1\n", "has 'htpp', which is no setting: did you mean 'http'?"),
        ("public-url = 1\n", "did you mean 'public_url'?"),
        ("[log]\nlevel = 1\n", "has 'log', which is no setting"),
        ("xyzzy = 1\n", "has 'xyzzy', which is no setting."),
        ("shards = 0\n", "is from 1 to 64, not 0."),
        ("shards = true\n", "is a whole number, not True."),
        ('demo = "yes"\n', "is true or false, not 'yes'."),
        ("http = 80\n", 'is a text in "quotes", not 80.'),
        ("advertise = [1]\n", "is a list of texts"),
        ('log_level = "loud"\n', "is one of debug, info, warning, error, not 'loud'."),
        ('engine = ""\n', 'is a path in "quotes"'),
        ("shards = \n", "is no TOML: "),
        ("a." * 3000 + "b = 1\n", "which is no setting."),
        ("x = " + "[" * 5000 + "\n", "is no TOML: "),
        (b"\xff = 1\n", "is not written in UTF-8."),
        ("#" * 65537, "has more than 65536 bytes."),
    ],
)
def test_a_file_that_can_not_be_used_is_told_of(
    ringway: Ringway, tmp_path: Path, written: str | bytes, why: str
) -> None:
    file = tmp_path / "ringway.toml"
    file.write_bytes(written if isinstance(written, bytes) else written.encode())
    done = ringway("config")
    assert done.code == 2
    assert why in done.sentence
    assert str(file) in done.sentence
    assert done.sentence.endswith((".", "?"))


def test_a_file_that_was_named_has_to_be_there(ringway: Ringway) -> None:
    done = ringway("config", "--config", "none.toml")
    assert done.code == 2
    assert done.sentence == "none.toml can not be read: No such file or directory."


def test_a_file_that_everybody_can_write_is_not_obeyed(
    ringway: Ringway, tmp_path: Path
) -> None:
    file = tmp_path / "ringway.toml"
    file.write_text("shards = 2\n")
    file.chmod(0o666)
    assert f"chmod o-w {file}" in ringway("config").sentence
    assert ringway("config", "--config", file).code == 0


@pytest.mark.parametrize(
    ("variable", "text", "why"),
    [
        ("RINGWAY_SHARDS", "x", "RINGWAY_SHARDS is a whole number, not 'x'."),
        ("RINGWAY_SHARDS", "9" * 5000, "is a whole number"),
        ("RINGWAY_SHARDS", "-1", "RINGWAY_SHARDS is from 1 to 64, not -1."),
        ("RINGWAY_DEMO", "perhaps", "RINGWAY_DEMO is true or false, not 'perhaps'."),
        ("RINGWAY_HTTP", "80", "RINGWAY_HTTP takes HOST:PORT"),
        ("RINGWAY_LOG_LEVEL", "loud", "RINGWAY_LOG_LEVEL is one of debug, "),
    ],
)
def test_a_variable_that_can_not_be_used_is_named(
    ringway: Ringway,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    text: str,
    why: str,
) -> None:
    monkeypatch.setenv(variable, text)
    done = ringway("config")
    assert done.code == 2
    assert why in done.sentence


def test_variables_are_read_as_people_write_them(
    ringway: Ringway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGWAY_ADVERTISE", "192.0.2.1, 192.0.2.2:99")
    monkeypatch.setenv("RINGWAY_DEMO", "Off")
    monkeypatch.setenv("RINGWAY_SHARDS", "")
    shown = settings(ringway("config", "--json"))
    assert shown["advertise"][0] == ["192.0.2.1", "192.0.2.2:99"]
    assert shown["demo"] == (False, "variable", "RINGWAY_DEMO")
    assert shown["shards"] == (1, "default", None)


def test_unknown_variables_are_told_by_name_only(
    ringway: Ringway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGWAY_HTPP", "hunter2")
    monkeypatch.setenv("RINGWAY_KEY", "rw_x_hunter2")
    done = ringway("config")
    assert "RINGWAY_HTPP is no setting: did you mean RINGWAY_HTTP?" in done.out
    assert ringway("config", "--json").json["unknownVariables"] == ["RINGWAY_HTPP"]
    assert "hunter2" not in done.out
    assert "RINGWAY_KEY" not in done.out


def test_a_password_in_a_url_is_not_repeated(ringway: Ringway) -> None:
    said = ringway("config", "--public-url", "https://ada:hunter2@ringway.test")
    assert "hunter2" not in said.sentence
    assert "ringway.test" in said.sentence


def test_json_is_one_line(ringway: Ringway) -> None:
    done = ringway("config", "--json")
    assert done.out.count("\n") == 1
    assert json.loads(done.out)["file"] is None


def test_an_empty_list_says_what_that_means(ringway: Ringway) -> None:
    lines = [line.split() for line in ringway("config").out.splitlines()]
    shown = {line[0]: line[1] for line in lines if len(line) > 1}
    assert (shown["origin"], shown["trusted_proxy"]) == ("all", "none")


def test_https_and_proxies_are_shown(ringway: Ringway) -> None:
    words = ("--tls", "self-signed", "--trusted-proxy", "10.0.0.0/8", "192.0.2.1")
    shown = settings(ringway("config", *words, "--json"))
    assert shown["tls"][0] == "self-signed"
    assert shown["https"][0] == "0.0.0.0:8443"
    assert shown["trusted_proxy"][0] == ["10.0.0.0/8", "192.0.2.1/32"]
