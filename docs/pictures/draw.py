#!/usr/bin/env python3
"""Draws the pictures of docs/channels.md.

Mails are those that the program writes about an article on a server of this script's own, as a browser shows
their HTML part at the widths of a desktop and a phone. Rooms are drawn in a plain frame from the payloads that
the tests hold fast (insta snapshots): nobody's own programme was asked, so fonts and colours are not those of
the service.

Needs Chromium (apt-get install chromium fonts-noto-cjk) and target/debug/atalaya (cargo build). Run it after a
change of the messages: docs/pictures/draw.py [PICTURE...]
"""

import email
import email.policy
import html
import http.server
import json
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import zlib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ROOMS = ROOT / "src/notify/rooms/snapshots/atalaya__notify__rooms__tests__{}.snap"
# Who reads which language, in config/people.toml.
READERS = {"carmen.saez": "es", "grace.hughes": "en", "lin.min": "zh"}
HEADLINE = "El supervisor multa al Banco Almenara por fraude en la venta de fondos"
ARTICLE = """El supervisor ha impuesto una multa de doce millones de euros al Banco Almenara por fraude en la venta
de fondos de riesgo a clientes mayores. Los clientes afectados reclaman y exigen respuestas."""
CONFIG = """
people = "{root}/config/people.toml"
keywords = "{root}/keywords"
[organisation]
name = "Banco Almenara"
language = "es"
[store]
url = "sqlite:{work}/atalaya.db"
[collect]
history = "alert"
host_gap = "0s"
[web]
listen = "127.0.0.1:0"
public_url = "https://atalaya.almenara.example/"
[[channel]]
id = "mail"
kind = "maildir"
directory = "{work}/mails"
from = "Atalaya <atalaya@almenara.example>"
[[route]]
people = {people}
via = ["mail"]
[[source]]
id = "diario"
name = "El Diario"
url = "http://127.0.0.1:{port}/rss.xml"
tier = 1
allow_private = true
"""
# Widths of a phone and of a pane of a desktop's mail program, in CSS pixels.
WIDTHS = {"phone": 390, "desktop": 760}
ROOM_WIDTH = 560
# Colours of a picture (16 at most can be written), and how far apart they lie at least: flat pages need few.
COLOURS, APART = 8, 300
# Higher than any message; what is below it is cut off.
TALL = 3000


def body(path):
    """What a snapshot holds, behind its head and the line of the request."""
    text = path.read_text().split("---\n", 2)[2]
    return json.loads(text[text.index("\n{") if not text.startswith("{") else 0 :])


# --- The mails that the program writes --------------------------------------------------------------------


class Newsroom(http.server.BaseHTTPRequestHandler):
    """A feed with one article."""

    def do_GET(self):
        link = f"http://{self.headers['Host']}/multa"
        if self.path == "/rss.xml":
            said = f"""<?xml version="1.0"?><rss version="2.0"><channel><title>El Diario</title><item>
                <title>{HEADLINE}</title><link>{link}</link><guid>{link}</guid></item></channel></rss>"""
            kind = "application/rss+xml"
        else:
            said = f"""<!doctype html><html lang="es"><title>{HEADLINE}</title><article><h1>{HEADLINE}</h1>
                <p>{ARTICLE}</p></article></html>"""
            kind = "text/html"
        said = said.encode()
        self.send_response(200 if self.path in ("/rss.xml", "/multa") else 404)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_):
        pass


def mails():
    """The HTML part of the mail to each reader, by language."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Newsroom)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as work:
        config = pathlib.Path(work) / "atalaya.toml"
        people = json.dumps(list(READERS))
        config.write_text(CONFIG.format(root=ROOT, work=work, people=people, port=server.server_port))
        program = ROOT / "target/debug/atalaya"
        done = subprocess.run([program, "poll", "--once", "--config", config], capture_output=True, timeout=300)
        pages = {}
        for path in (pathlib.Path(work) / "mails").glob("*"):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            language = READERS[str(mail["To"].addresses[0].addr_spec).split("@")[0]]
            pages[language] = mail.get_body(("html",)).get_content()
    server.shutdown()
    if sorted(pages) != sorted(READERS.values()):
        sys.exit(f"not every reader got a mail: {done.stderr.decode()}")
    return pages


# --- The markup that the services take, as HTML -----------------------------------------------------------


def marked(text, bold, escaped):
    """Markdown or its relatives: `bold` is the mark of bold text; `escaped` if a backslash quotes a mark."""
    quoted = []

    def keep(found):
        quoted.append(html.escape(found.group(1)))
        return f"\0{len(quoted) - 1}\0"

    if escaped:
        text = re.sub(r"\\([\\`*_\[\](){}<>#+.!|~-])", keep, text)
    else:
        text = html.unescape(text)
    lines = []
    for line in text.split("\n"):
        link = r"<(https?://[^|>\s]+)\|([^>]*)>" if bold == "*" else r"\[([^\]]*)\]\((https?://[^)\s]+)\)"
        parts, at = [], 0
        for found in re.finditer(link, line):
            name = found.group(2) if bold == "*" else found.group(1)
            parts += [html.escape(line[at : found.start()]), f"<a>{html.escape(name)}</a>"]
            at = found.end()
        line = "".join(parts) + html.escape(line[at:])
        mark = re.escape(bold)
        line = re.sub(rf"{mark}([^\s*](?:.*?[^\s*])?){mark}", r"<b>\1</b>", line)
        if bold == "**":
            line = re.sub(r"(?<!\*)\*([^*]+)\*(?!\*)", r"<i>\1</i>", line)
        if line.startswith("#### "):
            line = f"<b class=big>{line[5:]}</b>"
        if line.startswith("&gt; "):
            line = f"<q>{line[5:]}</q>"
        lines.append(line)
    whole = re.sub("\0(\\d+)\0", lambda found: quoted[int(found.group(1))], "\n".join(lines))
    return re.sub(r"</q>\n", "</q>", whole)


def text(inner):
    return f"<div class=text>{inner}</div>"


def buttons(names):
    return "<p class=buttons>" + "".join(f"<span>{html.escape(name)}</span>" for name in names) + "</p>"


# --- A drawing for each kind of payload -------------------------------------------------------------------


def slack(it):
    parts = []
    for block in it["blocks"]:
        kind = block["type"]
        if kind == "header":
            parts.append(f"<h1>{html.escape(block['text']['text'])}</h1>")
        elif kind == "section":
            parts.append(text(marked(block["text"]["text"], "*", False)))
        elif kind == "context":
            said = " ".join(marked(one["text"], "*", False) for one in block["elements"])
            parts.append(f"<small>{said}</small>")
        elif kind == "actions":
            parts.append(buttons(one["text"]["text"] for one in block["elements"]))
    return "".join(parts)


def teams(it):
    def drawn(element):
        if element["type"] == "Container":
            inner = "".join(drawn(one) for one in element["items"])
            return f"<div class=bar>{inner}</div>"
        runs = ((run["text"], run.get("weight") == "Bolder") for run in element.get("inlines", []))
        said = "".join(f"<b>{html.escape(run)}</b>" if bold else html.escape(run) for run, bold in runs)
        gap = "0" if element.get("spacing") == "None" else "10px"
        return f"<div class=text style='margin:{gap} 0 0'>{said}</div>"

    card = it["attachments"][0]["content"]
    inner = "".join(drawn(element) for element in card["body"])
    return f"<div class=card>{inner}{buttons(one['title'] for one in card['actions'])}</div>"


def discord(it):
    embed = it["embeds"][0]
    return (
        text(marked(it["content"], "**", True))
        + f"<div class=embed style='border-color:#{embed['color']:06x}'><h1>{marked(embed['title'], '**', True)}</h1>"
        + text(marked(embed["description"], "**", True))
        + f"<small>{html.escape(embed['footer']['text'])}</small></div>"
    )


def mattermost(it):
    priority = it.get("priority", {}).get("priority")
    flag = f"<span class=flag>{priority}</span>" if priority else ""
    names = (action["name"] for one in it.get("attachments", []) for action in one.get("actions", []))
    return flag + text(marked(it["text"], "**", True)) + buttons(names)


def google_chat(it):
    return text(marked(it["text"], "*", False))


def telegram(it):
    said = re.sub(r"<a href=\"[^\"]*\">", "<a>", it["text"])
    said = said.replace("<blockquote>", "<q>").replace("</blockquote>\n", "</q>")
    rows = it["reply_markup"]["inline_keyboard"]
    return text(said) + "".join(buttons(one["text"] for one in row) for row in rows)


def feishu(it):
    card = it["card"]
    colour = {"orange": "#c2410c", "red": "#b3141d", "yellow": "#a16207", "blue": "#1f5fa8"}
    parts = [
        f"<h1 class=head style='background:{colour.get(card['header']['template'], '#555')}'>"
        f"{html.escape(card['header']['title']['content'])}</h1>"
    ]
    for element in card["elements"]:
        if element["tag"] == "div":
            parts.append(text(html.escape(element["text"]["content"])))
        elif element["tag"] == "action":
            parts.append(buttons(one["text"]["content"] for one in element["actions"]))
        elif element["tag"] == "note":
            parts.append("".join(f"<small>{html.escape(one['content'])}</small>" for one in element["elements"]))
    return f"<div class=card>{''.join(parts)}</div>"


def dingtalk(it):
    said = re.sub(r"\n{2,}", "\n", it["markdown"]["text"])
    return text(marked(said, "**", True))


def wecom(it):
    return text(marked(it["markdown"]["content"], "**", False))


def ntfy(it):
    return f"<h1>{html.escape(it['title'])}</h1>" + text(html.escape(it["message"]))


def pagerduty(it):
    facts = it["payload"]
    rows = [("severity", facts["severity"]), ("component", facts["component"]), ("dedup_key", it["dedup_key"])]
    rows += [(f"custom_details.{key}", value) for key, value in facts["custom_details"].items() if isinstance(value, str)]
    return f"<h1>{html.escape(facts['summary'])}</h1>{table(rows)}" + buttons(link["text"] for link in it["links"])


def alertmanager(it):
    alert = it["alerts"][0]
    heading = f"<h1>{html.escape(alert['annotations']['summary'])}</h1>"
    return heading + table(sorted(alert["labels"].items())) + text(html.escape(alert["annotations"]["description"]))


def table(rows):
    def line(name, value):
        return f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"

    return "<table>" + "".join(line(*row) for row in rows) + "</table>"


DRAWN = {
    "slack": ("slack_escalation", slack),
    "teams": ("teams_alert", teams),
    "discord": ("discord_alert", discord),
    "mattermost": ("mattermost_escalation", mattermost),
    "google-chat": ("google_chat_alert", google_chat),
    "telegram": ("telegram_alert", telegram),
    "feishu": ("feishu_alert", feishu),
    "dingtalk": ("dingtalk_alert", dingtalk),
    "wecom": ("wecom_alert", wecom),
    "ntfy": ("ntfy_alert", ntfy),
    "pagerduty": ("pagerduty_alert", pagerduty),
    "alertmanager": ("alertmanager_alert", alertmanager),
}

FRAME = """<!doctype html><meta charset=utf-8><style>
body { margin: 0; background: #fff; color: #1d1c1d; font: 14px/1.45 "Noto Sans", "Noto Sans CJK SC", "DejaVu Sans", sans-serif; }
main { padding: 14px 16px; } .who { color: #616061; margin: 0 0 6px; } .who b { color: #1d1c1d; }
h1 { font-size: 16px; margin: 0 0 8px; } .big { font-size: 16px; } small, .flag { color: #616061; font-size: 12px; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 0 8px; } a { color: #1264a3; text-decoration: underline; }
q { display: block; quotes: none; border-left: 3px solid #ccc; padding-left: 8px; }
.buttons { margin: 6px 0; } .buttons span { display: inline-block; border: 1px solid #999; border-radius: 4px; padding: 3px 12px; margin-right: 8px; font-weight: 600; }
.card { border: 1px solid #ccc; border-radius: 6px; padding: 10px 12px; overflow: hidden; }
.bar { background: #fdf0d5; margin: -10px -12px 0; padding: 2px 12px; } .bar .text { padding-bottom: 8px; }
.head { color: #fff; margin: -10px -12px 10px; padding: 8px 12px; }
.embed { border-left: 4px solid; background: #f2f3f5; padding: 8px 12px; border-radius: 4px; }
.flag { border: 1px solid; border-radius: 3px; padding: 0 6px; text-transform: uppercase; }
table { border-collapse: collapse; margin-bottom: 8px; } th { text-align: left; font-weight: 500; color: #616061; padding-right: 12px; vertical-align: top; }
</style><main><p class=who><b>Atalaya</b> SERVICE</p>BODY</main>"""


# --- From a page to a small file --------------------------------------------------------------------------


def photograph(chromium, page, width, out):
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        (work / "page.html").write_text(page)
        flags = [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--disable-lcd-text", "--force-device-scale-factor=1",
            f"--user-data-dir={work / 'profile'}", f"--window-size={width},{TALL}", f"--screenshot={work / 'shot.png'}",
        ]
        done = subprocess.run([chromium, *flags, (work / "page.html").as_uri()], capture_output=True, timeout=120)
        if not (work / "shot.png").exists():
            sys.exit(f"chromium took no picture of {out.name}: {done.stderr.decode()[-500:]}")
        width, rows = read_png((work / "shot.png").read_bytes())
    out.write_bytes(write_png(width, trimmed(rows)))


def read_png(data):
    """Width and rows of RGB triples of an 8-bit picture without interlacing, as Chromium writes it."""
    at, packed, width, depth = 8, b"", 0, 3
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        chunk = data[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, _, bits, colour, *_ = struct.unpack(">IIBBBBB", chunk)
            depth = {2: 3, 6: 4}[colour]
            assert bits == 8
        elif kind == b"IDAT":
            packed += chunk
        at += length + 12
    raw, stride = zlib.decompress(packed), width * depth
    rows, above = [], bytearray(stride)
    for start in range(0, len(raw), stride + 1):
        line = unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), above, depth)
        rows.append([bytes(line[x : x + 3]) for x in range(0, stride, depth)])
        above = line
    return width, rows


def unfiltered(kind, line, above, depth):
    """One row without its filter (PNG, third edition, clause 9)."""
    if kind == 2:
        return bytearray((a + b) & 255 for a, b in zip(line, above))
    if kind == 0:
        return line
    for x in range(len(line)):
        left = line[x - depth] if x >= depth else 0
        corner = above[x - depth] if x >= depth else 0
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + above[x]) // 2
        else:
            distances = [(abs(above[x] - corner), 0, left), (abs(left - corner), 1, above[x])]
            distances.append((abs(left + above[x] - 2 * corner), 2, corner))
            guess = min(distances)[2]
        line[x] = (line[x] + guess) & 255
    return line


def trimmed(rows):
    """Without the empty rows below the message."""
    last = len(rows)
    while last > 1 and len(set(rows[last - 1])) == 1 and rows[last - 1] == rows[-1]:
        last -= 1
    return rows[: last + 10]


def write_png(width, rows):
    """With a palette of the commonest colours; the others become the nearest of them."""
    counts = {}
    for row in rows:
        for pixel in row:
            counts[pixel] = counts.get(pixel, 0) + 1
    def distance(one, other):
        return sum((a - b) ** 2 for a, b in zip(one, other))

    palette = []
    for colour in sorted(counts, key=counts.get, reverse=True):
        if len(palette) < COLOURS and all(distance(colour, known) > APART for known in palette):
            palette.append(colour)
    place = {pixel: min(range(len(palette)), key=lambda it: distance(pixel, palette[it])) for pixel in counts}
    raw = b"".join(b"\0" + packed_nibbles([place[pixel] for pixel in row]) for row in rows)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, len(rows), 4, 3, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"PLTE", b"".join(palette)) + chunk(b"IDAT", zlib.compress(raw, 9))
    return b"\x89PNG\r\n\x1a\n" + parts + chunk(b"IEND", b"")


def packed_nibbles(places):
    places = places + [0] * (len(places) % 2)
    return bytes(left << 4 | right for left, right in zip(places[::2], places[1::2]))


def main():
    chromium = shutil.which("chromium") or sys.exit("no chromium: apt-get install chromium fonts-noto-cjk")
    wanted = sys.argv[1:]

    def draw(name, page, width):
        if not wanted or name in wanted:
            out = HERE / f"{name}.png"
            photograph(chromium, page, width, out)
            print(f"{out.name}: {out.stat().st_size} bytes")

    for language, page in sorted(mails().items()):
        for device, width in WIDTHS.items():
            draw(f"mail-{language}-{device}", page, width)
    for service, (snapshot, drawing) in DRAWN.items():
        inner = drawing(body(pathlib.Path(str(ROOMS).format(snapshot))))
        draw(service, FRAME.replace("SERVICE", service).replace("BODY", inner), ROOM_WIDTH)


if __name__ == "__main__":
    main()
