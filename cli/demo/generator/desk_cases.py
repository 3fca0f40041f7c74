"""The deliberate nasty cases: one function makes one ticket (or a pair) and names it for expected.toml."""

import datetime

from desk_builder import at
from desk_files import docx, pdf, png
from hesk_dump import Bytes, Hex, area, local, plain

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
CASES = []


def case(make):
    CASES.append(make)
    return make


def first(b, name):
    return next(c for c in b.desk["customers"].rows if c["name"] == plain(name))


@case
def script_in_name(b, t):
    who = b.customer('Bob <script>alert("name")</script> & "Co"', "bob.o'hara+tag@example.net")
    k = b.ticket(who, '<img src=x onerror=alert(1)> 5 < 7 & "quotes" \'single\'', "<script>alert('message')</script>\nI typed <b>bold</b>.\n\"><svg/onload=alert(2)>", t)
    r = k.staff(1, "Nice try, <b>Bob</b>. javascript:alert(3)", t + HOUR)
    b.case("script_in_name_subject_message", "markup typed by a customer, escaped once", customers=[who], tickets=[k], replies=[r])


@case
def backticks_and_backslashes(b, t):
    who = first(b, "Rory McAllister")
    k = b.ticket(who, "App says `NaN` in C:\\temp\\new", "Run `rm -rf` in C:\\temp\\new\\table, then \\\\server\\share\\\n%%HESK_NAME%% {{x}} $1 \\n \\' end%s %d", t, category=3)
    b.case("backtick_and_backslash", "backtick stored as &#96;; backslashes and tags are literal text", tickets=[k])


@case
def double_encoded(b, t):
    k = b.ticket(first(b, "Grace Nakamura"), "How do I write &amp; in the shop?", "I typed &amp; and &lt;b&gt; and &#39; and &nbsp; literally; decoding twice would ruin this.\nFish & chips stay fish & chips.", t)
    b.case("typed_entities", "stored as &amp;amp;: decode once, never twice", tickets=[k])


@case
def mojibake(b, t):
    k = b.ticket(b.customer("FranÃ§ois MÃ¼ller", "francois@example.org"), "VÃ©lo cassÃ©", "Bonjour, mon vÃ©lo est cassÃ©. ÐŸÑ€Ð¸Ð²ÐµÑ‚", t, category=4)
    b.case("mojibake", "UTF-8 read as Latin-1 years ago; report, never repair silently", tickets=[k], customers=[k.requester])


@case
def encoded_subject(b, t):
    k = b.ticket(b.customer("", "noname@example.net"), "=?UTF-8?B?UsO8Y2tnYWJlIG1laW5lcyBSYWRlcw==?= AW: Re: Fwd:", "siehe Betreff", t, via="imap")
    b.case("rfc2047_subject", "never decoded by Hesk; the sender has no name", tickets=[k], customers=[k.requester])


@case
def huge_message(b, t):
    line = "[%05d] drive unit torque=42.7Nm cadence=81rpm temp=36.5C state=OK <assist=2> & ok"
    k = b.ticket(first(b, "Victor Huang"), "Complete diagnostic log", "Log as requested:\n" + "\n".join(line % n for n in range(4200)), t, category=3)
    b.case("huge_message", "more than 400 KB of text", tickets=[k])


@case
def bytes_that_are_not_text(b, t):
    k = b.ticket(first(b, "Ed Pruitt"), "Strange characters in the app", "x", t, category=3)
    k.row["message"] = k.row["message_html"] = Bytes(b"Display shows \xff\xfe\x80 and then \xe9t\xe9 \xc3\x28 instead of text.<br />\nEnd")
    z = b.ticket(first(b, "Ed Pruitt"), "Log with a zero byte", "before", t + HOUR, category=3)
    z.row["message"] = z.row["message_html"] = "before \0 after \x1a and \x07 bell<br />\nsecond line\ttab"
    h = b.ticket(first(b, "Ed Pruitt"), "Exported by another tool", "x", t + 2 * HOUR, category=3)
    h.row["message"] = h.row["message_html"] = Hex("Größe &amp; Maß: 52&quot;<br />\nzweite Zeile".encode())
    b.case("invalid_utf8", "bytes FF FE 80, E9 alone, C3 28", tickets=[k])
    b.case("nul_byte", "NUL, 1A (\\Z) and bell inside the message", tickets=[z])
    b.case("hex_literal", "written as 0x…; reads: Größe & Maß: 52\" / zweite Zeile", tickets=[h])


@case
def odd_dates(b, t):
    k = b.ticket(first(b, "Harold Quist"), "Ticket without a date", "Imported by hand.", t)
    d = b.ticket(first(b, "Harold Quist"), "Ticket with the default date", "Also imported.", t + HOUR)
    k.overrides.update(dt="0000-00-00 00:00:00", lastchange="0000-00-00 00:00:00")
    d.overrides.update(dt="2000-01-01 00:00:00")
    c = b.ticket(first(b, "Harold Quist"), "Closed at zero", "Closed.", t + 2 * HOUR, status=3, closedat="0000-00-00 00:00:00", closedby=1)
    r = c.staff(1, "Reply without a date.", t + 3 * HOUR)
    r["dt"] = "0000-00-00 00:00:00"
    n = c.note(1, "note", t)
    n["dt"] = "0000-00-00 00:00:00"
    b.case("zero_date", "0000-00-00 00:00:00", tickets=[k, c], replies=[r], notes=[n])
    b.case("default_date", "2000-01-01 00:00:00 means unknown", tickets=[d])


@case
def endless_work(b, t):
    k = b.ticket(first(b, "Naomi Feld"), "Never-ending story", "This has been going on for weeks.", t, owner=2, time_worked="838:59:59", archive="1", locked="1")
    k.history(t + DAY, f"time worked updated to 838:59:59 by {b.staff_name(2)}")
    k.history(t + DAY, f"locked by {b.staff_name(2)}")
    b.case("time_worked_max", "TIME 838:59:59, tagged and locked", tickets=[k])


@case
def wrong_counters(b, t):
    k = b.ticket(first(b, "Shauna Kelly"), "Two answers, counted as nine", "Hello?", t, replies=9, staffreplies=7, lastreplier="0", replierid=99)
    k.staff(2, "First.", t + HOUR)
    k.staff(2, "Second.", t + 2 * HOUR)
    b.case("wrong_counters", "replies = 9 and staffreplies = 7, true are 2 and 2", tickets=[k])


@case
def ratings(b, t):
    k = b.ticket(first(b, "Ruth Abernathy"), "Rated answers", "Please help.", t)
    rows = [k.staff(2, f"Answer {n}", t + n * HOUR, rating=rating, read="1") for n, rating in enumerate(("5", "1", "", None), 1)]
    b.case("rating_empty_enum", "rating '' (enum index 0) means not rated; before it one 5 and one 1", tickets=[k], replies=[rows[2]])


@case
def orphans(b, t):
    for row, note in (({"replyto": 9001, "staffid": 1}, "staff"), ({"replyto": 9002, "customer_id": 2}, "customer")):
        b.replies.append({"inserted": t, "row": b.desk["replies"].defaults | dict(message=f"Reply of a deleted ticket ({note})", message_html=None, dt=t, attachments="", **row)})
    rows = [r["row"] for r in b.replies[-2:]]
    note = b.desk["notes"].add(ticket=9001, who=1, dt=t, message="Note of a deleted ticket", attachments="")
    file = b.desk["attachments"].add(ticket_id="XXX-XXX-XXXX", saved_name="XXX-XXX-XXXX_00000000000000000000000000000001.txt", real_name="left-behind.txt", size=12, type="0")
    b.files[file["saved_name"]] = b"left behind\n"
    link = b.desk["ticket_to_customer"].add(ticket_id=9001, customer_id=4, customer_type="REQUESTER")
    b.case("orphan_replies", "replyto is no ticket", replies=rows)
    b.case("orphan_notes", "ticket does not exist", notes=[note])
    b.case("orphan_attachment", "row and file, referenced by nothing", attachments=[file])
    b.case("orphan_customer_link", "ticket does not exist", ticket_to_customer=[link])


@case
def twin_track_ids(b, t):
    k = b.ticket(first(b, "Mina Rahimi"), "Same tracking id (1)", "one", t, trackid="DUP-DUP-1234")
    m = b.ticket(first(b, "Kofi Mensah"), "Same tracking id (2)", "two", t + DAY, trackid="DUP-DUP-1234")
    o = b.ticket(first(b, "Kofi Mensah"), "Tracking id of Hesk 1.x", "no dashes", t + DAY, trackid="QWJ8ZLTAE9")
    b.case("duplicate_trackid", "two tickets, one tracking id", tickets=[k, m])
    b.case("old_trackid", "ten characters, no dashes", tickets=[o])


@case
def nobody_asked(b, t):
    k = b.ticket(None, "Ticket without requester", "The customer was deleted, the ticket retained.", t, u_name="Gone Customer", u_email="gone.customer@example.com")
    r = k.reply(t + HOUR, "I am gone, too.", customer={"id": 7777})
    s = k.staff(1, "Hello, anybody there?", t + 2 * HOUR)
    e = b.ticket(None, "Ticket without requester, name or e-mail", "Nobody.", t + DAY, u_name="", u_email="")
    f = b.ticket(None, "Only a follower", "Followers but no requester.", t + DAY, followers=[first(b, "Frankie Doyle")], u_name="Plain Name", u_email="")
    l = b.ticket(None, "Link to a deleted customer", "customers row is gone.", t + DAY, u_name="Vanished", u_email="Vanished@Example.com")
    link = b.desk["ticket_to_customer"].add(ticket_id=l.id, customer_id=7778)
    b.case("no_requester", "no REQUESTER row; u_name and u_email are the only trace", tickets=[k, e, f, l], replies=[r])
    b.case("no_requester_but_u_email", "contact only in tickets.u_email", tickets=[k, l])
    b.case("reply_of_deleted_customer", "customer_id 7777 does not exist", replies=[r])
    b.case("link_to_deleted_customer", "", ticket_to_customer=[link])


@case
def anonymised(b, t):
    def wipe(k, name, email, **leaks):
        k.overrides.update(u_name=name, u_email=email, subject="[Subject]", message="[Message]", message_html="[Message]", ip="0.0.0.0", attachments="", **{f"custom{n}": "" for n in range(1, 51)}, **leaks)
        b.desk["ticket_to_customer"].rows = [row for row in b.desk["ticket_to_customer"].rows if row["ticket_id"] != k.id]
        for row in k.replies:
            row.update(message="[Message]", message_html="[Message]", attachments="", customer_id=None)
        k.row["history"] = k.row["history"].replace(k.requester["name"], "[Customer]")
        k.history(t + 9 * DAY, f"anonymized by {b.staff_name(1)}")

    who = b.customer("Anna Nymova", "anna.nymova@example.com")
    k = b.ticket(who, "x", "x", t, owner=2)
    k.staff(2, "x", t + HOUR)
    k.answer("x", t + 2 * HOUR)
    wipe(k, "[Customer]", "", custom51="PII-LEAK +1 555 0142")
    o = b.ticket(who, "x", "x", t + DAY)
    o.staff(4, "x", t + DAY + HOUR)
    wipe(o, "PII-LEAK Anna Nymova", "pii-leak.anna@example.com")
    b.case("anonymised", "[Subject] and history line `anonymized by`; the customers row of Anna Nymova remains, linked to nothing", tickets=[k, o], customers=[who])
    b.case("anonymised_custom51_leak", "custom51 survived: must not be migrated", tickets=[k])
    b.case("anonymised_name_leak", "3.5 left u_name and u_email: must not be migrated", tickets=[o])


@case
def half_merged(b, t):
    who, other = first(b, "Caroline Mbeki"), first(b, "Tobias Rehn")
    target = b.ticket(who, "Heron E: motor cuts out", "The motor cuts out after ten minutes.", t, category=3, owner=5)
    target.staff(5, "Which firmware?", t + 2 * HOUR)
    source = b.ticket(other, "Motor cuts out, too", "Same here, see the trace.", t + HOUR, category=3)
    trace = source.file("trace.log", b"12:00 cut\n12:10 cut\n", track_id=target.row["trackid"])
    source.row["attachments"] = trace
    a = source.answer("Any idea?", t + 3 * HOUR)
    merged = t + 2 * DAY
    copy = target.reply(t + HOUR, source.row["message"], customer=other, attachments=trace, inserted=merged)
    twin = target.reply(a["dt"], a["message"], customer=other, inserted=merged, rating="")
    target.link(other, "FOLLOWER")
    target.overrides.update(replies=1, staffreplies=1)
    b.case("half_merged", "merge stopped half way: the second ticket still exists and its texts are also replies of the first", tickets=[target, source], replies=[copy, twin])
    b.case("attachment_referenced_twice", "by ticket and by reply; attachments.ticket_id is the target's", attachments=[int(trace.split("#")[0])])


@case
def merged(b, t):
    who = first(b, "Peggy Alvarez")
    old = [b.track_id(), b.track_id()]
    k = b.ticket(who, "Order 44871 arrived broken", "The box was open.", t, category=4, owner=3, merged=f"#{old[0]}##{old[1]}#".replace("##", "#"))
    k.staff(3, "Sorry to hear that. Photos?", t + HOUR)
    late = k.reply(t + HOUR / 2, area("Second mail: photos attached"), customer=who, inserted=t + 3 * DAY, attachments=k.file("box.png", png(64, 40, 160, 90, 30), saved_name=f"{old[0]}_{b.digest()}.png"))
    k.answer("Here they are again.", t + 5 * HOUR)
    for track in old:
        k.history(t + 3 * DAY, f"merged with ticket {track} by {b.staff_name(3)}")
    b.case("merged_aliases", f"tracking ids {old[0]} and {old[1]} live on as aliases", tickets=[k])
    b.case("reply_ids_not_in_time_order", "merged reply: higher id, earlier date", tickets=[k], replies=[late])


@case
def files(b, t):
    who = first(b, "Marcus Adeyemi")
    k = b.ticket(who, "Photos of the frame", "Three files, one got lost.", t, category=3)
    lost = k.file("frame-2.png", b"x" * 900, present=False)
    empty = k.file("empty.txt", b"")
    k.row["attachments"] = k.file("frame-1.png", png(96, 64, 200, 30, 60)) + lost + empty + "990#never-existed.pdf,"
    inside = k.file("call-notes.txt", b"CONFIDENTIAL call notes\n", internal=True)
    n = k.note(2, "Customer called, see notes. Do not forward!", t + HOUR, attachments=inside)
    wrong = k.file("size-differs.csv", b"part;price\nbell;9,90\n", size=4711)
    r = k.staff(2, "Our price list:", t + 2 * HOUR, attachments=wrong + k.file("Preisliste.docx", docx("Preisliste 2025")))
    ids = [int(x.split("#")[0]) for x in (lost, empty, inside, wrong)]
    b.case("missing_file", "row without a file", attachments=[ids[0]])
    b.case("zero_byte_file", "", attachments=[ids[1]])
    b.case("internal_attachment", "type 1, on a note: never public", attachments=[ids[2]], notes=[n])
    b.case("size_differs", "row says 4711 bytes", attachments=[ids[3]], replies=[r])
    b.case("attachment_without_row", "the list names 990", tickets=[k])


@case
def unsafe_names(b, t):
    k = b.ticket(first(b, "Dmitri Volkov"), "Files with odd names", "Look at these.", t)
    bad = [k.file(name, b"x" * 20, saved_name=saved, present=False) for name, saved in (
        ("settings.txt", "../hesk_settings.inc.php"), ("passwd.txt", "/etc/passwd"), ("boot.txt", "..\\..\\boot.ini"), ("drive.txt", "C:\\boot.ini"),
        ("nul.txt", "ok.txt\0.php"), ("dots.txt", ".."), ("none.txt", ""), ("temp.txt", "temp/never-submitted.txt"),
    )]
    k.row["attachments"] = "".join(bad)
    b.case("unsafe_saved_name", "must never be opened; ../hesk_settings.inc.php and temp/never-submitted.txt exist and hold CANARY", attachments=[int(x.split("#")[0]) for x in bad])


@case
def doubled_links(b, t):
    who = first(b, "Anneke Visser")
    k = b.ticket(who, "I am here twice", "Requester twice and follower, too.", t)
    rows = [k.link(who, "REQUESTER"), k.link(who, "FOLLOWER")]
    two = b.ticket(first(b, "Beth Lindqvist"), "Two requesters", "A merge of customers left two.", t + HOUR)
    two.link(first(b, "Theo Papadakis"), "REQUESTER")
    b.case("doubled_customer_link", "same customer twice as requester and once as follower", tickets=[k], ticket_to_customer=rows)
    b.case("two_requesters", "", tickets=[two])


@case
def no_email(b, t):
    people = [b.customer("Walk-in customer", ""), b.customer("Phone Caller", None), b.customer("Zero Mail", "0"), b.customer("", ""), b.customer("[Customer]", "")]
    tickets = [b.ticket(who, f"Without e-mail ({n})", "Typed in by staff.", t + n * HOUR, via=1) for n, who in enumerate(people, 1)]
    tickets[0].answer("He is at the counter again.\n", t + DAY)
    b.case("customer_without_email", "'', NULL, '0' and names '' and [Customer]", customers=people, tickets=tickets)


@case
def same_address(b, t):
    people = [b.customer("Hanna Berg", "hanna.berg@example.com", "Deutsch"), b.customer("hanna berg", "Hanna.Berg@Example.com"), b.customer("H. Berg", " HANNA.BERG@EXAMPLE.COM"), b.customer("", "hanna.berg@example.com")]
    tickets = [b.ticket(who, f"Pedals ({n})", "Which pedals fit?", t + n * DAY, language="Deutsch" if n == 1 else None) for n, who in enumerate(people[:3], 1)]
    tickets[0].link(people[3], "FOLLOWER")
    tickets[0].answer("Reply from the follower row.", t + 2 * DAY, by=people[3])
    b.case("same_email_by_case", "four customers rows, one mailbox", customers=people, tickets=tickets)


@case
def odd_addresses(b, t):
    people = [b.customer(f"Odd {n}", email) for n, email in enumerate(("not-an-email", "two@example.com,three@example.com", "spaces in@example.com", "ünïcode@bücher.example", "a" * 64 + "@" + "b" * 60 + ".example", "O'Brien&Sons@example.com", "trailing.dot.@example.com"), 1)]
    tickets = [b.ticket(who, f"Odd address ({n})", "Can you read me?", t + n * HOUR, via="mail") for n, who in enumerate(people, 1)]
    b.case("odd_email", "no @, two addresses, blank, IDN, long, & (stored &amp;), dot before @", customers=people, tickets=tickets)


@case
def own_mailbox(b, t):
    desk = b.customer("", "support@larkspur.example")
    tickets = [b.ticket(first(b, name), "Fwd: question", "Written to the desk by mail.", t + n * HOUR, via="imap", followers=[desk]) for n, name in enumerate(("Olivia Tran", "Wes Harlan"))]
    loop = b.ticket(desk, "Delivery Status Notification (Failure)", "This is an automatic message.", t + DAY, via="imap", status=3)
    b.case("own_mailbox", "the desk's own address as follower and as requester", customers=[desk], tickets=[*tickets, loop])


@case
def dead_staff(b, t):
    k = b.ticket(first(b, "Declan O'Rourke"), "Handled by people who left", "Hello.", t, owner=4, status=3, closedby=9, closedat=t + 3 * DAY, assignedby=9)
    r = k.staff(4, "Temp Agent here, all done.", t + HOUR)
    n = k.note(9, "Note of the Old Hand.", t + HOUR)
    a = b.ticket(first(b, "Priscilla Dunn"), "Owned by somebody deactivated", "Hello.", t + HOUR, owner=7)
    s = a.staff(7, "Dana here.", t + 2 * HOUR)
    o = b.ticket(first(b, "Priscilla Dunn"), "Opened by deleted staff", "By phone.", t + DAY, via=4)
    b.case("dead_owner", "owner 4, closedby and assignedby 9", tickets=[k, o], replies=[r], notes=[n])
    b.case("deactivated_owner", "", tickets=[a], replies=[s])


@case
def staff_as_customer(b, t):
    sam = b.customer("Sam Peters", "Sam.Peters@example.com")
    k = b.ticket(sam, "My own bike", "I bought one myself.", t, owner=2)
    k.staff(8, "Answering myself as staff.", t + HOUR)
    k.answer("And as customer.", t + 2 * HOUR)
    b.case("staff_is_customer", "customer's address equals that of users 8 but for case", customers=[sam], tickets=[k])


@case
def unknown_codes(b, t):
    k = b.ticket(first(b, "Ivy Castellanos"), "Status 42, priority 9, category 88", "Codes that nothing explains.", t, status=42, priority=9, category=88, ip="Unknown", language="Klingon")
    p = b.ticket(first(b, "Ivy Castellanos"), "Blocker!", "Shop is down.", t + HOUR, priority=4, status=7)
    p.history(t + HOUR, f"priority changed to Blocker &quot;P0&quot; by {b.staff_name(3)}")
    r = b.ticket(first(b, "Ivy Castellanos"), "Resolved, nobody knows when", "Old row.", t + 2 * HOUR, status=3, closedat=None, closedby=None)
    a = b.ticket(first(b, "Ivy Castellanos"), "Closed by itself", "No answer.", t + 3 * HOUR, status=3, closedat=t + 9 * DAY, closedby=-1)
    a.history(t + 9 * DAY, "closed by (automatically)")
    b.case("unknown_codes", "status 42, priority 9, category 88, language Klingon, ip Unknown", tickets=[k])
    b.case("custom_codes", "custom priority 4 and status 7", tickets=[p])
    b.case("resolved_without_date", "status 3, closedat NULL", tickets=[r])
    b.case("closed_automatically", "closedby -1", tickets=[a])


@case
def odd_field_values(b, t):
    k = b.ticket(first(b, "Zoë van den Berg"), "Fields filled oddly", "See fields.", t, category=4, custom1="LC-<20>".replace("<", "&lt;").replace(">", "&gt;"), custom2="line 1<br />\nline 2 &amp; <a href=\"https://example.com/?q=1&amp;r=2\">https://example.com/?q=1&amp;r=2</a>",
                 custom3="Larkspur Tern 2 (2019)", custom4="I can't ride!", custom5="Frame<br />Battery &amp; charger", custom6="not a date", custom7="second@example.net,Third@Example.net", custom9="INT-1", custom51="+44 20 7946 0000")
    d = b.ticket(first(b, "Zoë van den Berg"), "Date before 1970", "Very old bike.", t + HOUR, custom6="-86400", custom5="", custom7="broken@@address")
    b.case("select_value_outside_options", "Larkspur Tern 2 (2019)", tickets=[k])
    b.case("date_field_not_a_date", "", tickets=[k])
    b.case("date_field_negative", "1969-12-31", tickets=[d])
    b.case("all_field_types", "text, textarea, select, radio, checkbox, date, email, hidden", tickets=[k])


@case
def due_dates(b, t):
    k = b.ticket(first(b, "Łukasz Żółć"), "Due just before Christmas", "Please by 20 December 2025.", at("2025-10-14 15:00:00"), due_date="2025-12-20 04:00:00")
    k.history(at("2025-10-14 15:05:00"), f"due date updated to 2025-12-20 by {b.staff_name(2)}")
    b.case("due_date_off_by_a_day", "set in summer time: 2025-12-20 04:00:00Z is meant as 2025-12-20, not the 19th", tickets=[k])


@case
def history_of_many_formats(b, t):
    k = b.ticket(first(b, "José Ñandú"), "Historia", "Hola", t, category=2)
    k.row["history"] = ""
    for date, text in (
        ("2019-03-04 10:00:01", "submitted by Customer"), ("2019-03-05 11:00:00", 'priority changed to <font class="critical"> * Critical * </font> by Peter Printer (staff) (peterp)'),
        ("05.03.2019 12:30", "assigned to <i>Unassigned</i> by Temp Agent (temp)"), ("March 6, 2019, 1:05 pm", "moved to category Orders &amp; delivery by Ingrid by Solberg (ingrid)"),
        ("2019-03-07 09:00:00", "Enviado por José Ñandú"), ("07.03.2019 10:00", "status changed to Customs &amp; courier by 王芳 (wangfang)"), ("2019-03-08 00:00:00", "overdue email notification sent"),
        ("2019-03-08 01:00:00", "attachment foto.png deleted by Luc Fournier (luc)"), ("2019-03-08 02:00:00", "reminder sent to Luc Fournier (luc) by Ingrid Solberg (ingrid)"),
        ("2019-03-08 03:00:00", "Priya &quot;PJ&quot; Raman (pj) added as a collaborator by Ingrid Solberg (ingrid)"), ("2019-03-08 04:00:00", "AAA-BBB-1234 ticket linked by Ingrid Solberg (ingrid)"),
        ("", "line without a date"), ("2019-03-08 05:00:00", "locked by Luc Fournier (luc)"), ("2019-03-08 06:00:00", "unlocked by Luc Fournier (luc)"),
    ):
        k.history(t, text, date=date or " ")
    k.row["history"] += "<li>2019-03-08 07:00:00 | no class</li>"
    b.case("history_formats", "several date formats, languages, <font>, <i>, ` by ` and (staff) inside names, one line without date, one without class", tickets=[k])


@case
def entered_by_staff(b, t):
    k = b.ticket(first(b, "Laura Bianchi"), "Phone calls", "She calls a lot.", t, via=2)
    r = k.reply(t + HOUR, "The parcel is there.<br /><br /><i>Customer reply entered by: Tomasz Wilk</i>", customer=k.requester)
    follower = first(b, "Katrin Öztürk")
    k.link(follower, "FOLLOWER")
    f = k.answer("I am the follower and I have an opinion.", t + 2 * HOUR, by=follower)
    x = k.answer("I am neither requester nor follower.", t + 3 * HOUR, by=first(b, "Benoît Garçon"))
    z = k.reply(t + 4 * HOUR, "customer_id is NULL here")
    e = k.reply(t + 5 * HOUR, "", customer=k.requester)
    b.case("reply_entered_by_staff", "staffid 0, text ends with `Customer reply entered by`", replies=[r])
    b.case("reply_by_follower", "", replies=[f])
    b.case("reply_by_outsider", "customer is not linked to the ticket", replies=[x])
    b.case("reply_without_customer", "customer_id NULL", replies=[z])
    b.case("empty_reply", "", replies=[e])


@case
def rich_text(b, t):
    k = b.ticket(first(b, "Sigrún Jónsdóttir"), "Instructions please", "How do I mount the rack?", t, category=3)
    html = '<p>See the <a href="https://www.larkspur.example/guide?a=1&amp;b=2">guide</a>:</p><ul><li>loosen</li><li>turn &amp; push</li></ul><table><tbody><tr><td>M5</td><td>5&nbsp;Nm</td></tr></table><p><img src="https://cdn.larkspur.example/rack.png" alt="rack" width="200"></p>'
    r = k.reply(t + HOUR, 'See the [guide](<a href="https://www.larkspur.example/guide?a=1&amp;b=2">https://www.larkspur.example/guide?a=1&amp;b=2</a>):<br />\n- loosen<br />\n- turn &amp; push<br />\nM5 5 Nm', staff=5, html=html)
    n = k.answer("message_html is NULL here", t + 2 * HOUR)
    n["message_html"] = None
    e = k.answer("message_html is empty here", t + 3 * HOUR)
    e["message_html"] = ""
    i = k.reply(t + 4 * HOUR, "Logo:<br />\ncid:logo1", customer=k.requester, html='Logo:<br />\n<img src="cid:logo1" /> <img src="data:image/png;base64,iVBORw0KGgo=" /> <img src="blob:https://help.larkspur.example/1-2-3" />')
    b.case("rich_text_reply", "message_html is the text to use", replies=[r])
    b.case("message_html_null_or_empty", "fall back to message", replies=[n, e])
    b.case("inline_images", "cid:, data:, blob:", replies=[i])


@case
def cut_text(b, t):
    k = b.ticket(first(b, "Amelia Chen"), "", "", t)
    k.overrides.update(subject="Frame &amp; fork &am", message="Text that ends inside an entity &quo", message_html="Text that ends inside an entity &quo")
    e = b.ticket(first(b, "Amelia Chen"), "", "", t + HOUR, via="mail")
    m = b.ticket(first(b, "Amelia Chen"), "[No subject]", "[No message]", t + 2 * HOUR, via="pop3")
    u = b.ticket(first(b, "Amelia Chen"), "Emoji ? \u202eevil\u202c zero\u200bwidth \u00a0nbsp \ufeffbom", "Emoji 🚲 becomes a question mark.\u2028Line separator.\n\n\n\n    four spaces and a\ttab", t + 3 * HOUR)
    b.case("cut_entity", "subject ends in &am, message in &quo", tickets=[k])
    b.case("empty_subject_and_message", "", tickets=[e])
    b.case("placeholder_texts", "[No subject] and [No message]", tickets=[m])
    b.case("odd_unicode", "direction marks, zero-width space, BOM, line separator, ? for emoji", tickets=[u])


@case
def many_addresses(b, t):
    k = b.ticket(first(b, "Nora Fitzgerald & Sons"), "Old ticket with three addresses", "Copied from Hesk 3.4.", t, u_email="orders@fitzgerald.example,Nora@Fitzgerald.example,shop@fitzgerald.example")
    for email in ("Nora@Fitzgerald.example", "shop@fitzgerald.example"):
        k.link(b.customer("", email), "FOLLOWER")
    half = b.customer("Half Migrated", "half.migrated@example.org", verified=350)
    h = b.ticket(half, "Customer of an interrupted upgrade", "verified = 350", t + DAY)
    b.case("upgraded_multi_email", "u_email is a comma list; the others became followers without names", tickets=[k])
    b.case("verified_350", "", customers=[half], tickets=[h])


@case
def related(b, t):
    k = b.ticket(first(b, "Bike Kitchen Portland"), "Spring order", "Forty bikes, please.", t, owner=1)
    m = b.ticket(first(b, "Bike Kitchen Portland"), "Spring order, part two", "And ten more.", t + DAY, owner=1)
    links = [b.desk["linked_tickets"].add(ticket_id1=one, ticket_id2=two, dt_created=local(t + DAY).strftime("%Y-%m-%d %H:%M:%S")) for one, two in ((k.id, m.id), (m.id, 9003))]
    k.history(t + DAY, f"{m.row['trackid']} ticket linked by {b.staff_name(1)}")
    people = [b.desk["ticket_to_collaborator"].add(ticket_id=k.id, user_id=user) for user in (2, 2, 4, 5)]
    b.case("linked_tickets", "the second link points to ticket 9003, which does not exist", linked_tickets=links, tickets=[k, m])
    b.case("collaborators", "user 2 twice, user 4 was deleted", ticket_to_collaborator=people, tickets=[k])


@case
def many_files(b, t):
    k = b.ticket(first(b, "Samuel Okafor"), "Customs papers", "All papers attached.", t, category=2, status=7)
    k.row["attachments"] = k.file("invoice.pdf", pdf("Invoice LC-2025-118")) + k.file("30589.xlsx", docx("not really a sheet")) + k.file("packing-list.csv", "pos;item;qty\n1;Heron E;4\n".encode()) + k.file("photo.PNG", png(120, 80, 10, 140, 90))
    r = k.staff(3, "Stamped copy:", t + HOUR, attachments=k.file("stamped.pdf", pdf("Stamped")))
    b.case("several_attachments", "four on the ticket, one on a reply", tickets=[k], replies=[r])
