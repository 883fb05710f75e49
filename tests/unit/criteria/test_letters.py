"""Lower case by code point, and what makes a word."""

import unicodedata

from executor_service.records.domain.letters import is_word_character, lower_text, server_table, word_ranges


def test_lower_case_goes_code_point_by_code_point() -> None:
    assert lower_text("\u0130STANBUL \u03a3\u039f\u03a3 \u212a \u1e9e") == "istanbul \u03c3\u03bf\u03c3 k \u00df"
    assert lower_text("Plain TEXT") == "plain text"


def test_a_text_keeps_its_length_in_lower_case() -> None:
    everything = "".join(chr(c) for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF)
    assert len(lower_text(everything)) == len(everything)


def test_the_table_of_a_server_holds_only_what_it_does_differently() -> None:
    own = [(c, lower_text(chr(c))) for c in range(0x110000) if lower_text(chr(c)) != chr(c)]
    assert server_table(own) == {}
    newer = [*own, (0xA7CB, "\u0264")]
    without_k = [pair for pair in newer if pair[0] != ord("K")]
    table = server_table(without_k)
    assert table == {0xA7CB: "\u0264", ord("K"): "K"}
    assert lower_text("\ua7cb\u00c9", table) == "\u0264\u00e9"


def test_words_are_made_of_letters_digits_and_the_underscore() -> None:
    assert all(is_word_character(character) for character in ("a", "Z", "_", "7", "\u0663", "\u6f22", "\U00010400"))
    assert not any(
        is_word_character(character) for character in ("", " ", "-", "\u00bd", "\u2167", "\u0301", "\U0001f600")
    )


def test_the_ranges_hold_exactly_the_word_characters() -> None:
    ranges = word_ranges()
    held: set[int] = set()
    position = 0
    while position < len(ranges):
        is_range = ranges[position + 1 : position + 2] == "-"
        held |= set(range(ord(ranges[position]), ord(ranges[position + (2 if is_range else 0)]) + 1))
        position += 3 if is_range else 1
    expected = {c for c in range(1, 0x110000) if unicodedata.category(chr(c)) in {"Lu", "Ll", "Lt", "Lm", "Lo", "Nd"}}
    assert held == expected | {ord("_")}
