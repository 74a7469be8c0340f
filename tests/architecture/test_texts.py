"""Every sentence for people is a text by key: in all languages, with the same variables, and none in code."""

import ast
import re
from collections import Counter
from functools import cache

import pytest
from fluent.syntax import FluentParser, visitor
from fluent.syntax import ast as fluent

from backend import texts
from backend.texts import LOCALES
from tests.architecture.sources import calls, files, name_of, python_files, strings, where

JAPANESE = re.compile("[\u3041-\u3096\u30a1-\u30fa\u3400-\u9fff]")
# Japanese that is no sentence for a person.
NO_SENTENCES = {
    "backend/db/models/base.py": "stands in for a value that cannot be read, in any language",
    "backend/domain/japanese.py": "the letters that are folded",
    "backend/towns/generate_roads.py": "names of invented roads are data",
    "backend/towns/line_files.py": "the words of a town's files for passes and ticket books",
    "backend/towns/timetable_files.py": "the words of a printed timetable",
    "backend/towns/written.py": "how a town writes weekdays and kana in its files",
    "bot/dialogue/words.py": "what people type",
    "bot/pages/entry.py": "how people write dates and kana",
    "bot/simulator/demo_day.py": "what scripted people type, and what must stand on their screens",
    "bot/screens/stops.py": "the rows of the syllabary, to search by",
}
# `backend.wording` hands over every part of a date and a time; each language takes its own.
DATES = {"common-day", "common-clock", "common-clock-full-hour"}
ASKS = {"text", "say"}
IN_TEMPLATES = re.compile(r"""\b(?:text|t|say)\(\s*["']([a-z0-9-]+)["']\s*[,)]""")
IN_JOINED = re.compile(r"""\b(?:text|t)\(\s*["']([a-z0-9-]+-)["']\s*~""")
KEY_START = re.compile("[a-z][a-z0-9]*-[a-z0-9-]*")
LANGUAGES = texts.languages()


class Variables(visitor.Visitor):
    """Collects the variables that a pattern asks for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node):  # noqa: N802 -- Fluent's own name
        self.names.add(node.id.name)


@cache
def messages(language: str) -> dict[str, frozenset[str]]:
    """Return the keys of a language with the variables of each; fail on anything that cannot be read."""
    found: dict[str, frozenset[str]] = {}
    for path in sorted((LOCALES / language).glob("*.ftl")):
        for entry in FluentParser().parse(path.read_text(encoding="utf-8")).body:
            assert not isinstance(entry, fluent.Junk), f"{path.name}: {entry.content[:60]!r}"
            if isinstance(entry, fluent.Message):
                variables = Variables()
                variables.visit(entry)
                found[entry.id.name] = frozenset(variables.names)
    return found


def refusal_codes() -> dict[str, str]:
    """Return every refusal code in the code, with a place where it stands."""
    found: dict[str, str] = {}
    for path in python_files():
        constants = {each.value: where(path, each) for each in strings(path)}
        for call, name in calls(path):
            if name == "Refusal" and call.args and isinstance(call.args[0], ast.Constant):
                found[call.args[0].value] = where(path, call)
        found |= {code: place for code, place in constants.items() if code in RETURNED_CODES}
    return found


# Codes that a function chooses among, or that stand behind a name.
RETURNED_CODES = {"no_wheelchair_place", "no_seats", "full", "too_far", "tap_stale"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_there_twice(language):
    keys = [
        key
        for path in sorted((LOCALES / language).glob("*.ftl"))
        for key in re.findall(r"^([a-z][a-z0-9-]*) *=", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]

    assert sorted(key for key, count in Counter(keys).items() if count > 1) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_the_same_variables(language):
    wanted, present = messages("ja"), messages(language)

    assert (sorted(set(wanted) - set(present)), sorted(set(present) - set(wanted))) == ([], [])
    assert {key for key in wanted if wanted[key] != present[key]} - DATES == set()


def test_japanese_and_english_are_complete():
    assert {"ja", "en"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_a_text(language):
    codes = refusal_codes()
    missing = {
        code: place for code, place in codes.items() if f"refusal-{code.replace('_', '-')}" not in messages(language)
    }

    assert missing == {}


def test_every_text_of_a_refusal_has_a_refusal():
    written = {each.value for path in python_files() for each in strings(path)}
    keys = {key for key in messages("ja") if key.startswith("refusal-")}

    assert {key for key in keys if key.removeprefix("refusal-").replace("-", "_") not in written} == set()


def test_every_text_that_code_asks_for_exists():
    asked = [
        (call.args[0].value, where(path, call))
        for path in python_files()
        for call, name in calls(path)
        if name in ASKS
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
        and "-" in call.args[0].value
    ]

    assert len(asked) > 100
    assert [place for key, place in asked if key not in messages("ja")] == []


def test_every_text_that_a_page_asks_for_exists():
    asked = [
        (key, name_of(path))
        for path in files(".html", ".js")
        for key in IN_TEMPLATES.findall(path.read_text(encoding="utf-8"))
        if "-" in key
    ]

    assert len(asked) > 100
    assert [each for each in asked if each[0] not in messages("ja")] == []


def test_every_beginning_of_a_key_has_texts():
    """`text("state-" ~ state)` in a page, ``text(f"state-{state}")`` in code."""
    begun = {key for path in files(".html") for key in IN_JOINED.findall(path.read_text(encoding="utf-8"))}
    for path in python_files():
        for call, name in calls(path):
            if name in ASKS and call.args and isinstance(call.args[0], ast.JoinedStr):
                first = call.args[0].values[0]
                begun |= (
                    {first.value} if isinstance(first, ast.Constant) and KEY_START.fullmatch(first.value) else set()
                )

    assert {start for start in begun if not any(key.startswith(start) for key in messages("ja"))} == set()


def test_no_japanese_sentence_stands_in_code():
    found = [
        f"{where(path, each)} {each.value[:30]}"
        for path in python_files()
        if name_of(path) not in NO_SENTENCES
        for each in strings(path)
        if JAPANESE.search(each.value)
    ]

    assert found == []


def test_every_file_that_may_hold_japanese_does():
    holding = {name_of(path) for path in python_files() if any(JAPANESE.search(each.value) for each in strings(path))}

    assert holding == set(NO_SENTENCES)


def test_no_sentence_stands_in_a_template():
    """A language's own name is the same in all languages."""
    found = [
        f"{name_of(path)}:{number}"
        for path in files(".html")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if JAPANESE.search(line.replace("日本語", ""))
    ]

    assert found == []


def test_templates_hold_no_inline_style_or_script():
    """The content security policy would not run them (S-27)."""
    inline = re.compile(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*(?:src=|application/json))")
    found = [
        f"{name_of(path)}:{number}"
        for path in files(".html")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if inline.search(line)
    ]

    assert found == []
