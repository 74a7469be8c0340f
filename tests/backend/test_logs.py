"""What is logged holds nothing personal: by the key, by the look, in what libraries say too (P-19, B-11)."""

import json
import logging

import pytest

from backend import logs

PERSONAL = [
    "090-1234-5678",
    "０９０-１２３４-５６７８",
    "09012345678",
    "+819012345678",
    "+81 90 1234 5678",
    "(011) 000-0000 ",
    "U" + "0a" * 16,
    "/my/register/AbCdEfGhIjKlMnOpQrStUvWx",
]


@pytest.mark.parametrize("value", PERSONAL)
def test_what_looks_personal_is_cut_out_wherever_it_stands(value):
    said = f"before {value} after"
    for event in ({"error": said}, {"facts": {"deep": [said]}}, {"exception": said}, {"odd": ValueError(said)}):
        written = json.dumps(logs.redact(None, "info", dict(event)), ensure_ascii=False)
        for part in ("1234", "１２３４", "000-0000", "0a0a", "AbCdEf"):
            assert part not in written
        assert "before" in written


@pytest.mark.parametrize("key", ["name", "kana", "phone", "Phone", "password", "body", "token"])
def test_what_is_named_personal_is_cut_out(key):
    assert "やまだ" not in str(logs.redact(None, "info", {key: "やまだ", "more": {key: ["やまだ"]}}))


def test_ids_times_and_codes_stay():
    event = {
        "timestamp": "2026-11-21T03:11:56.123456Z",
        "booking_id": 12345678,
        "route": "/my/register/<token>",
        "ms": 12.5,
    }
    event |= {"when": "2026-11-21 09:00:00", "request_id": "a3f09c11d2e4b5a6", "ok": True, "none": None}

    assert logs.redact(None, "info", dict(event)) == event


def test_what_libraries_log_is_cleaned_too():
    error = ValueError("phone 090-1234-5678")
    record = logging.LogRecord("library", 40, "x.py", 1, "failed for %s", ("U" + "1" * 32,), (ValueError, error, None))

    written = logs.RedactingFormatter("%(message)s").format(record)

    assert "failed for U…" in written
    assert "ValueError: phone …" in written
