"""The Python stack: fold, pyahocorasick, word boundaries, rules by dictionary. `peer.py DIR SIZE`.

Prints two rows: rules, engine, MB/s, articles/s, build seconds, MB, fired. The first has no way back from the folded text
to the original, so it could show nobody where a rule holds; the second keeps one, character by character, as a user
would write it. CPU clock, median of 3 passes.
"""

import json
import pathlib
import re
import resource
import statistics
import sys
import time
import unicodedata

import ahocorasick

WORD = re.compile(r"[^\W\u2e80-\ud7ff]+|[\u2e80-\ud7ff]")


def fold(text):
    text = unicodedata.normalize("NFKD", text.casefold())
    return text if text.isascii() else "".join(c for c in text if not unicodedata.combining(c))


FOLDED = {}


def fold_with_places(text):
    """The folded text, and for each of its characters the original one that it came from."""
    if text.isascii():
        return text.lower(), range(len(text))
    folded, places = [], []
    for place, c in enumerate(text):
        if c not in FOLDED:
            FOLDED[c] = fold(c)
        folded.append(FOLDED[c])
        places.extend([place] * len(FOLDED[c]))
    return "".join(folded), places


def is_letter(c):
    return c.isalnum() and not "\u2e80" <= c <= "\ud7ff"


def near(text, a, b):
    for start, end in a:
        for other, last in b:
            low, high = (end, other) if other >= end else (last, start)
            if low <= high and high - low < 400 and len(WORD.findall(text[low:high])) <= 10:
                return True
    return False


def main(folder, size):
    folder = pathlib.Path(folder)
    articles = [json.loads(line) for line in (folder / "articles.jsonl").open(encoding="utf-8")]
    rules = [json.loads(line) for line in (folder / f"rules-{size}.jsonl").open(encoding="utf-8")]
    megabytes = sum(len((one["title"] + one["body"]).encode()) for one in articles) / 1e6
    before, clock = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    numbers, automaton, watching, compiled = {}, ahocorasick.Automaton(), {}, []
    for at, rule in enumerate(rules):
        places = []
        for phrase in map(fold, rule["phrases"]):
            if phrase not in numbers:
                numbers[phrase] = len(numbers)
                automaton.add_word(phrase, (numbers[phrase], len(phrase)))
            places.append((len(phrase), numbers[phrase]))
        kind = rule["kind"]
        parts = [number for _, number in places]
        anchors = parts if kind == "or" else [max(places)[1]] if kind in ("and", "near") else parts[:1]
        for anchor in anchors:
            watching.setdefault(anchor, []).append(at)
        compiled.append((kind, parts))
    automaton.make_automaton()
    build = time.process_time() - clock
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e3
    for name, folding in (
        ("Python: pyahocorasick, same rules", fold),
        ("Python: the same with the way back", lambda text: fold_with_places(text)[0]),
    ):
        times, fired = [], 0
        for _ in range(3):
            clock, fired = time.process_time(), 0
            for article in articles:
                text = folding(article["title"] + "\n" + article["body"])
                fired += evaluate(text, automaton, watching, compiled)
            times.append(time.process_time() - clock)
        took = statistics.median(times)
        print(f"| {size} | {name} | {megabytes / took:.2f} | {len(articles) / took:.0f} "
              f"| {build:.2f} | {memory:.0f} | {fired} |")


def evaluate(text, automaton, watching, compiled):
    places = {}
    length = len(text)
    for last, (number, size) in automaton.iter(text):
        start, end = last - size + 1, last + 1
        if start and is_letter(text[start]) and is_letter(text[start - 1]):
            continue
        if end < length and is_letter(text[last]) and is_letter(text[end]):
            continue
        places.setdefault(number, []).append((start, end))
    fired = set()
    for number in places:
        for rule in watching.get(number, ()):
            kind, parts = compiled[rule]
            if (
                kind in ("phrase", "or")
                or kind == "and" and parts[0] in places and parts[1] in places
                or kind == "not" and parts[1] not in places
                or kind == "near" and parts[0] in places and parts[1] in places
                and near(text, places[parts[0]], places[parts[1]])
            ):
                fired.add(rule)
    return len(fired)


main(*sys.argv[1:3])
