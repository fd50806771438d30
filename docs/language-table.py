"""Makes src/analyse/ngrams.bin; language-table.md says what it is and what from.

language-table.py MODELS OUT: MODELS holds a file LANGUAGE.tsv for each language (lingua's name of it)
with a run of letters and ln P(last letter | letters before) on each line, as read from the `ngrams.fst`
of the crate lingua-LANGUAGE-language-model. Needs numpy.
"""
import collections
import math
import struct
import sys

import numpy

LANGUAGES = {
    "es": "spanish", "en": "english", "pt": "portuguese", "ca": "catalan", "fr": "french",
    "de": "german", "it": "italian", "nl": "dutch", "ro": "romanian", "sv": "swedish",
    "da": "danish", "nb": "bokmal", "fi": "finnish", "pl": "polish", "cs": "czech",
    "tr": "turkish", "hu": "hungarian", "id": "indonesian", "eu": "basque", "vi": "vietnamese",
}
WATCHED = 7  # the first so many weigh 1
FAR = 0.12  # the others
ROWS, LONGEST, STEP = 80_000, 5, 0.4
BACK_OFF, UNKNOWN, FLOOR, SPREAD = -1.5, -12.0, -16.0, -9.0


def model(path):
    with open(path, encoding="utf-8") as lines:
        pairs = (line.rstrip("\n").split("\t") for line in lines)
        return {run: float(cost) for run, cost in pairs}


def candidates(models):
    found = collections.defaultdict(float)
    for at, known in enumerate(models):
        weight = 1.0 if at < WATCHED else FAR
        for run, cost in known.items():
            if len(run) > LONGEST:
                continue
            whole = cost + sum(known.get(run[:end], -20) for end in range(1, len(run)))
            share = math.exp(whole) * weight
            if share > (2e-7 if len(run) >= 4 else 1e-7):
                found[run] += share
    return found


def row(models, run):
    costs = []
    for known in models:
        rest, cost, penalty = run, None, 0.0
        while rest and (cost := known.get(rest)) is None:
            penalty += BACK_OFF
            rest = rest[1:]
        costs.append(max((UNKNOWN if cost is None else cost) + penalty, FLOOR))
    return numpy.array(costs)


def weight(share, costs, shorter):
    both = [numpy.maximum(it - it.max(), SPREAD) for it in (costs, shorter)]
    change = both[0] - both[1]
    near = change[:WATCHED]
    return share * (near.max() - near.min() + 0.15 * (change.max() - change.min()))


def fnv(run):
    value = 0x811C9DC5
    for byte in run.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def nibbles(costs):
    steps = numpy.minimum(numpy.round((costs.max() - costs) / STEP), 15).astype(int)
    steps = list(steps) + [0] * (len(steps) % 2)
    return bytes(steps[at] | steps[at + 1] << 4 for at in range(0, len(steps), 2))


def main(folder, out):
    models = [model(f"{folder}/{name}.tsv") for name in LANGUAGES.values()]
    shares = candidates(models)
    costs = {run: row(models, run) for run in shares}
    known = lambda run: costs[run] if run in costs else row(models, run)
    weights = {
        run: 1e9 if len(run) == 1 else weight(share, costs[run], known(run[1:]))
        for run, share in shares.items()
    }
    rows = {}
    for run in sorted(shares, key=lambda run: -weights[run])[:ROWS]:
        rows.setdefault(fnv(run), nibbles(costs[run]))
    hashes = sorted(rows)
    size = len(rows[hashes[0]])
    head = struct.pack("<4sBBHI", b"NGR1", len(models), size, round(STEP * 1000), len(rows))
    with open(out, "wb") as table:
        table.write(head + "".join(LANGUAGES).encode())
        table.write(b"".join(struct.pack("<I", it) for it in hashes))
        table.write(b"".join(rows[it] for it in hashes))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
