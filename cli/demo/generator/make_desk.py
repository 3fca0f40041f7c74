#!/usr/bin/env python3
"""Write the bundled demo desk: desk.sql.gz, attachments/, hesk_settings.inc.php and expected.toml. No arguments, same output every time."""

import datetime
import gzip
import re
import shutil
from pathlib import Path

import desk_cases
import desk_config
import texts
from desk_builder import Builder, at
from desk_files import docx, pdf, png
from hesk_dump import area, plain, toml, toml_table

HERE = Path(__file__).resolve().parent
DEMO = HERE.parent
TICKETS = 200
BEGIN, END = at("2023-11-06 12:00:00"), at("2026-10-02 18:00:00")
DUMPED = at("2026-10-05 06:00:01")
OWN_MAILBOXES = ["support@larkspur.example", "webmaster@larkspur.example"]
HOUR = datetime.timedelta(hours=1)

SETTINGS = """<?php
// Settings file for HESK 3.7.11
$hesk_settings['site_title']='Larkspur Cycles';
$hesk_settings['webmaster_mail']='webmaster@larkspur.example';
$hesk_settings['noreply_mail']='support@larkspur.example';
$hesk_settings['noreply_name']='Larkspur Cycles & Co';
$hesk_settings['hesk_title']='Larkspur \\'Help\\' Desk';
$hesk_settings['hesk_url']='https://help.larkspur.example';
$hesk_settings['db_host']='db.internal.example:3307';
$hesk_settings['db_name']='CANARY-db-name';
$hesk_settings['db_user']='CANARY-db-user';
$hesk_settings['db_pass']='CANARY-db-pass';
$hesk_settings['db_pfix']='hesk_';
$hesk_settings['db_vrsn']=1;
$hesk_settings['attach_dir']='attachments';
$hesk_settings['cache_dir']='cache';
$hesk_settings['customer_accounts']=1;
$hesk_settings['email_view_ticket']=1;
$hesk_settings['multi_eml']=1;
$hesk_settings['url_key']='CANARY-url-key';
$hesk_settings['smtp_password']='CANARY-smtp-pass';
$hesk_settings['pop3_user']='';
$hesk_settings['imap_user']='support@larkspur.example';
$hesk_settings['imap_password']='CANARY-imap-pass';
$hesk_settings['timezone']='America/New_York';
$hesk_settings['format_timestamp']='Y-m-d H:i:s';
$hesk_settings['language']='English';
$hesk_settings['languages']=array(
'Deutsch' => array('folder'=>'de','hr'=>'------ Antworten Sie ueber dieser Zeile ------'),
'English' => array('folder'=>'en','hr'=>'------ Reply above this line ------'),
'Español' => array('folder'=>'es','hr'=>'------ Reply above this line ------'),
);
$hesk_settings['hesk_version']='3.7.11';
"""


def people(b):
    rows = []
    for number, (name, email, language) in enumerate(texts.PEOPLE):
        account = dict(verified=1, **{"pass": f"CANARY-pass-customer-{number}"}, mfa_secret=f"CANARY-mfa-customer-{number}", verification_token=f"CANARY-verify-{number}") if number % 4 == 0 else {}
        rows.append(b.customer(name, email, language, **account))
    return rows


def slots(b, who):
    order = f"LC-{b.random.randrange(10000, 99999)}"
    return dict(order=order, model=b.random.choice(texts.MODELS), part=b.random.choice(texts.PARTS), serial=b.random.randrange(100000, 999999),
                n=b.random.randrange(1, 9), day=b.random.choice(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]), price=f"{b.random.randrange(19, 4200)}.{b.random.choice(['00', '90', '95'])}",
                city=b.random.choice(["Ghent", "Lyon", "Portland", "Zürich", "Málaga", "Trondheim", "São Paulo"]), name=who[0], first=who[0].split()[0])


def ordinary(b, customers, t):
    """A believable thread, cut off at some point of its life."""
    category, subject, thread, *language = b.random.choice(texts.SCENARIOS)
    pick = [n for n, p in enumerate(texts.PEOPLE) if not language or language[0] in (p[2], p[0])]
    who = b.random.choice(pick)
    person, values = texts.PEOPLE[who], slots(b, texts.PEOPLE[who])
    opening = thread[0][1].format(**values)
    if not language:
        opening = f"{b.random.choice(texts.GREETINGS)}\n\n{opening}\n\n{b.random.choice(texts.CLOSINGS).format(**values)}"
    owner = b.random.choice([0, 1, 2, 2, 3, 5, 6, 8])
    followers = [customers[n] for n in b.random.sample(range(len(customers)), 1 + b.random.randrange(2)) if n != who] if b.random.random() < 0.15 else []
    k = b.ticket(customers[who], subject.format(**values), opening, t, category=category, priority=b.random.choice([3, 3, 3, 2, 2, 1, 0]), language=person[2],
                 via=b.random.choice(["web", "web", "web", "mail", "imap", owner or "web"]), owner=owner, followers=followers)
    fill_fields(b, k, values, category)
    if b.random.random() < 0.12:
        content = b.random.choice([png(40 + values["n"], 30, 90, values["n"] * 20, 140), pdf(f"Order {values['order']}"), docx(f"Order {values['order']}"), f"order {values['order']}\n".encode(), b"12:00 start\n12:01 stop\n"])
        name = {b"\x89PNG": "photo.png", b"%PDF": "receipt.pdf", b"PK\3\4": "letter.docx", b"orde": "order.txt"}.get(content[:4], "app.log")
        k.row["attachments"] = k.file(name, content)
    now, turns = t, thread[1: 1 + max(b.random.randrange(len(thread) + 1), b.random.randrange(len(thread) + 1))]
    if len(turns) > 4 and b.random.random() < 0.5:
        turns = turns + texts.AFTERMATH[: b.random.randrange(1, len(texts.AFTERMATH) + 1)]
    agent = owner or b.random.choice([1, 2, 3])
    for kind, text in turns:
        now += HOUR * b.random.randrange(1, 60) / 2
        text = text.format(**values)
        if kind == "n":
            k.note(agent, text, now)
        elif kind == "s":
            signed = f"{text}\n\n{signature(b, agent)}" if b.random.random() < 0.5 else text
            k.staff(agent, signed, now, rating=b.random.choice([None, None, None, "5", "1"]), read=b.random.choice("01"))
        else:
            by = followers[0] if followers and b.random.random() < 0.3 else None
            k.answer(text, now, by=by, attachments=k.file("photo.png", png(32, 32, 5 * values["n"], 80, 120)) if "attach" in text or "Here they are" in text else "")
    age = (END - t).days
    if (age > 60 and b.random.random() < 0.65) or (len(turns) >= len(thread) - 1 and b.random.random() < 0.8):
        if b.random.random() < 0.2:
            k.close_by_customer(now + HOUR)
        else:
            k.status(3, now + HOUR, agent)
        k.row["time_worked"] = f"{b.random.randrange(3):02}:{b.random.randrange(60):02}:{b.random.randrange(60):02}"
    elif b.random.random() < 0.7:
        k.status(b.random.choice([4, 4, 5, 6, 7]), now + HOUR, agent)


def signature(b, user):
    stored = next(u["signature"] for u in b.desk["users"].rows if u["id"] == user)
    return stored.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def fill_fields(b, k, values, category):
    row, chance = k.row, b.random.random
    if category in (2, 4):
        row["custom1"] = values["order"]
    if chance() < 0.5:
        row["custom3"] = plain(values["model"])
    if chance() < 0.3:
        row["custom2"] = area(f"Frame: LK-{values['serial']}\nSize: M")
    row["custom4"] = b.random.choice(["Just a question", "I can still ride", "I can't ride!"])
    if chance() < 0.3:
        row["custom5"] = "<br />".join(b.random.sample(["Frame", "Brakes", "Battery &amp; charger", "App"], 2))
    if chance() < 0.3:
        row["custom6"] = str(int((k.dt - datetime.timedelta(days=values["n"] * 40)).replace(hour=0, minute=0, second=0).timestamp()))
    if chance() < 0.1:
        row["custom7"] = "second.rider@example.net" if chance() < 0.5 else "second.rider@example.net,workshop@velopop.example"
    row["custom8"] = "/contact?src=footer&amp;x=1"
    if chance() < 0.1:
        row["custom9"] = f"INT-{values['serial']}"
    if chance() < 0.15:
        row["custom51"] = f"+1 555 01{values['serial'] % 100:02}"


def build():
    b = Builder((HERE / "schema.sql").read_text(), seed=3711)
    desk_config.staff(b)
    desk_config.lists(b)
    desk_config.knowledge_base(b)
    customers = people(b)
    cases, step = list(desk_cases.CASES), 0
    while b.ticket_id < TICKETS:
        t = BEGIN + (END - BEGIN) * b.ticket_id / TICKETS + HOUR * b.random.randrange(-30, 30) / 10
        t = t.replace(second=b.random.randrange(60), microsecond=0)
        step += 1
        if cases and (step % 4 == 0 or TICKETS - b.ticket_id < 3 * len(cases)):
            cases.pop(0)(b, t)
        else:
            ordinary(b, customers, t)
    assert not cases
    b.finish()
    desk_config.secrets(b)
    return b


def references(rows):
    return {int(part.split("#")[0]) for row in rows for part in (row["attachments"] or "").split(",") if part}


def count(b):
    d = {name: table.rows for name, table in b.desk.tables.items()}
    live = {t["id"] for t in d["tickets"]}
    replies = [r for r in d["replies"] if r["replyto"] in live]
    known = {c["id"]: c for c in d["customers"]}
    linked = {x["customer_id"] for x in d["ticket_to_customer"] if x["ticket_id"] in live} & set(known)
    emails = {known[c]["email"].strip().casefold() for c in linked if (known[c]["email"] or "").strip() not in ("", "0")}
    safe = [a for a in d["attachments"] if re.fullmatch(r"[^/\\:\0]+", a["saved_name"]) and a["saved_name"] != ".."]
    requesters = {x["ticket_id"] for x in d["ticket_to_customer"] if x["customer_type"] == "REQUESTER" and x["customer_id"] in known}
    by_status = {}
    for ticket in d["tickets"]:
        by_status[str(ticket["status"])] = by_status.get(str(ticket["status"]), 0) + 1
    counts = {
        "tickets": len(live), "replies": len(d["replies"]), "replies_of_tickets": len(replies), "replies_staff": sum(r["staffid"] > 0 for r in replies), "replies_customer": sum(r["staffid"] == 0 for r in replies),
        "replies_orphan": len(d["replies"]) - len(replies), "notes": len(d["notes"]), "notes_of_tickets": sum(n["ticket"] in live for n in d["notes"]),
        "history_lines": sum(t["history"].count("<li") for t in d["tickets"]),
        "attachments": len(d["attachments"]), "attachment_references_tickets": len(references(d["tickets"])), "attachment_references_replies": len(references(replies)),
        "attachment_references_notes": len(references(n for n in d["notes"] if n["ticket"] in live)), "attachments_unsafe_name": len(d["attachments"]) - len(safe),
        "attachments_missing_file": sum(a["saved_name"] not in b.files for a in safe), "attachments_with_file": sum(a["saved_name"] in b.files for a in safe),
        "kb_attachments": len(d["kb_attachments"]), "kb_attachments_missing_file": sum(a["saved_name"] not in b.kb_files for a in d["kb_attachments"]),
        "customers": len(known), "customers_linked": len(linked), "customers_linked_without_email": len([c for c in linked if (known[c]["email"] or "").strip() in ("", "0")]),
        "emails": len(emails), "emails_without_own_mailboxes": len(emails - set(OWN_MAILBOXES)), "tickets_without_requester": len(live - requesters), "ticket_to_customer": len(d["ticket_to_customer"]),
        "users": len(d["users"]), "permission_groups": len(d["permission_groups"]), "categories": len(d["categories"]), "custom_fields_in_use": sum(f["use"] != "0" for f in d["custom_fields"]),
        "custom_statuses": len(d["custom_statuses"]), "custom_priorities": len(d["custom_priorities"]), "kb_categories": len(d["kb_categories"]), "kb_articles": len(d["kb_articles"]),
        "canned": len(d["std_replies"]), "templates": len(d["ticket_templates"]), "service_messages": len(d["service_messages"]), "banned_emails": len(d["banned_emails"]),
        "banned_ips": len(d["banned_ips"]), "muted_emails": len(d["muted_emails"]), "collaborators": len(d["ticket_to_collaborator"]), "linked_tickets": len(d["linked_tickets"]),
    }
    return counts, dict(sorted(by_status.items()))


COMMENTS = {
    "replies": "rows, orphans too", "replies_staff": "staffid > 0, of existing tickets", "replies_customer": "staffid = 0, of existing tickets", "history_lines": "`<li` in tickets.history",
    "attachment_references_tickets": "distinct ids in the list column; 990 has no row", "attachments_missing_file": "safe name, no file", "attachments_unsafe_name": "see unsafe_saved_name",
    "emails": "distinct, trimmed, case folded, of customers linked to existing tickets; not '' and not '0'; the desk's own mailbox counts", "customers_linked_without_email": "rows with NULL, '' or '0'",
    "tickets_without_requester": "no REQUESTER row with an existing customer",
}


def expected(b):
    counts, by_status = count(b)
    out = ["# What desk.sql.gz truly holds, counted by make_desk.py while it wrote the desk. Do not edit.\n\n"]
    out.append(toml_table("desk", {"version": "3.7.11", "prefix": "hesk_", "timezone": "America/New_York", "dumped_at": DUMPED.strftime("%Y-%m-%dT%H:%M:%SZ"), "own_mailboxes": OWN_MAILBOXES,
                                   "never_in_stage": "CANARY", "never_in_intercom": "PII-LEAK"}, {"never_in_stage": "in any case of letters; every secret column and file holds it", "never_in_intercom": "any case; stays in tickets that were anonymised"}))
    out.append(toml_table("counts", counts, COMMENTS))
    out.append(toml_table("tickets_by_status", by_status))
    key = {"attachments": "att_id", "kb_attachments": "att_id"}
    for name, note, rows in b.cases:
        pairs = {"note": note} if note else {}
        for table, members in rows.items():
            ids = [m if isinstance(m, int) else m.id if hasattr(m, "id") else m[key.get(table, "id")] for m in members]
            pairs[table] = sorted(ids) if table != "replies" else ids
        out.append(toml_table(f"case.{name}", pairs))
    return "".join(out).rstrip("\n") + "\n"


def main():
    b = build()
    (DEMO / "desk.sql.gz").write_bytes(gzip.compress(b.desk.dump("larkspur_help", DUMPED), 9, mtime=0))
    folder = DEMO / "attachments"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "temp").mkdir(parents=True)
    for name, content in {**b.files, **b.kb_files, "temp/never-submitted.txt": b"CANARY-temp never submitted\n", "CANARY-unreferenced.txt": b"CANARY-file nobody references\n", "index.htm": b"<html></html>\n"}.items():
        (folder / name).write_bytes(content)
    (DEMO / "hesk_settings.inc.php").write_text(SETTINGS)
    (DEMO / "expected.toml").write_text(expected(b))
    print(toml(count(b)[0]["tickets"]), "tickets")


if __name__ == "__main__":
    main()
