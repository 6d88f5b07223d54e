"""`ringway config create …` and `ringway application …`: what a customer keeps."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Ringway


def test_the_life_of_a_configuration(ringway: Ringway) -> None:
    assert "ringway config create" in ringway("config", "list").out
    made = ringway("config", "create", "desk", "--name", "The desk")
    assert (made.code, made.out) == (0, "desk\n")
    desk = {"id": "desk", "name": "The desk"}
    assert ringway("config", "show", "desk", "--json").json == desk
    ours = ringway("config", "create", "--json").json
    assert len(ours["id"]) == 24
    assert ours["name"] == ours["id"]
    assert ringway("config", "list", "--json").json == [ours, desk]
    assert "desk" in ringway("config", "list").out
    assert ringway("config", "delete", "desk", "--json").json == desk
    for word in ("show", "delete"):
        done = ringway("config", word, "desk")
        assert done.code == 1
        assert done.sentence == "There is no calls configuration 'desk'."


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["conversations"], "reserved"),
        (["two words"], "letters"),
        (["desk"], "already"),
        (["other", "--name", "x" * 129], "name is 1 to 128"),
    ],
)
def test_what_is_no_configuration(ringway: Ringway, words: list[str], why: str) -> None:
    ringway("config", "create", "desk")
    done = ringway("config", "create", *words)
    assert done.code == 1
    assert why in done.sentence
    assert len(ringway("config", "list", "--json").json) == 1


def test_the_life_of_an_application(ringway: Ringway) -> None:
    assert "application create" in ringway("application", "list").out
    assert ringway("application", "create", "shop", "--name", "Shop").out == "shop\n"
    shop = {"applicationId": "shop", "applicationName": "Shop"}
    assert ringway("application", "list", "--json").json == [shop]
    assert "Shop" in ringway("application", "list").out
    for words, why in (
        (["shop"], "already"),
        (["a/b"], "slash"),
        (["x", "--name", "x" * 256], "applicationName"),
    ):
        assert why in ringway("application", "create", *words).sentence
    assert ringway("application", "delete", "shop", "--json").json == shop
    assert "no application" in ringway("application", "delete", "shop").sentence
