"""Staff, categories, fields, statuses, knowledge base, canned texts and the secrets of the demo desk."""

import json

import texts
from desk_builder import at
from desk_files import docx, pdf, png
from hesk_dump import area, local, plain, raw_lines

RIGHTS = "can_view_tickets,can_reply_tickets,can_edit_tickets,can_merge_tickets,can_resolve,can_submit_any_cat,can_change_cat,can_assign_self,can_view_unassigned,can_view_ass_others,can_man_kb,can_man_canned"


def names(**labels):
    """A JSON map from a language's own name to a label, as PHP's json_encode writes it."""
    return php_json({{"English": "English", "Deutsch": "Deutsch", "Espanol": "Español"}[k]: plain(v) for k, v in labels.items()})


def php_json(value):
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")


def staff(b):
    users = [
        (1, "ingrid", "Ingrid Solberg", "ingrid.solberg@larkspur.example", "1", 1, "", "", "Ingrid Solberg\nLarkspur Cycles & Co <Support>\nhttps://www.larkspur.example/help?a=1&b=2"),
        (2, "twilk", "Tomasz Wilk", "tomasz.wilk@larkspur.example", "0", 1, "1,2,3,4", RIGHTS, "Tomasz Wilk - Larkspur Cycles"),
        (3, "pj", 'Priya "PJ" Raman', "priya.raman@larkspur.example", "0", 1, "2,4", RIGHTS, ""),
        (5, "luc", "Luc Fournier", "luc.fournier@larkspur.example", "0", 1, "1,3,8", RIGHTS + ",can_export", "Luc\nL'atelier"),
        (6, "wangfang", "王芳", "fang.wang@larkspur.example", "1", 1, "", "", ""),
        (7, "dana", "Dana O'Neil (left)", "dana.oneil@larkspur.example", "0", 0, "1,2", RIGHTS, ""),
        (8, "speters", "Sam Peters", "sam.peters@example.com", "0", 1, "3,5", RIGHTS, ""),
    ]
    for id, login, name, email, admin, active, categories, rights, signature in users:
        b.desk["users"].add(
            id=id, user=login, **{"pass": f"CANARY-pass-user-{id}"}, isadmin=admin, active=active, name=plain(name), email=email, categories=categories,
            heskprivileges=rights, signature=plain(signature), nickname="Ing" if id == 1 else "", language="Deutsch" if id == 2 else None,
            mfa_enrollment=2 if id < 3 else 0, mfa_secret=f"CANARY-mfa-user-{id}", ratingpos=3 * id, ratingneg=id, rating=round(3 + id / 10, 5), replies=11 * id,
        )
    for id, name in ((1, "Workshop & warranty"), (2, "Temp helpers")):
        b.desk["permission_groups"].add(id=id, name=plain(name))
    for group, category in ((1, 3), (1, 4), (2, 1), (2, 8)):
        b.desk["permission_group_categories"].add(group_id=group, category_id=category)
    for group, feature in ((1, "can_view_tickets"), (1, "can_reply_tickets"), (2, "can_view_tickets")):
        b.desk["permission_group_features"].add(group_id=group, feature=feature)
    for group, user in ((1, 2), (1, 8), (2, 3), (2, 9)):
        b.desk["permission_group_members"].add(group_id=group, user_id=user)
    b.case("staff_deactivated", "users.active = 0, still owner of tickets and author of replies", users=[7])
    b.case("staff_deleted", "no users row, still owner, author, note author, group member and in history", users=[4, 9])
    b.case("staff_email_is_customer_email", "users 8 writes tickets as a customer with the same address", users=[8])


def lists(b):
    for id, name, kind, priority, config, due in (
        (1, "General", "0", 3, None, (None, None)), (2, "Orders & delivery", "0", 2, None, (3, "day")), (3, "Technical <bikes>", "0", 3, "=(2,5)", (None, None)),
        (4, "Returns / Возврат", "0", 1, "!(3)", (2, "week")), (5, "Internal IT", "1", 3, None, (None, None)),
    ):
        b.desk["categories"].add(id=id, name=plain(name), cat_order=10 * id, type=kind, priority=priority, autoassign="0" if id == 5 else "1",
                                 autoassign_config=config, default_due_date_amount=due[0], default_due_date_unit=due[1])
    b.case("category_private", "staff-only category", categories=[5])
    fields = {
        1: ("1", "0", "text", "0", php_json(["2", "4"]), names(English="Order number", Deutsch="Bestellnummer"), {"max_length": 40, "default_value": ""}, 10),
        2: ("1", "1", "textarea", "0", None, names(English="Bike details"), {"rows": 6, "cols": 50}, 20),
        3: ("1", "0", "select", "0", None, names(English="Model & version", Espanol="Modelo"),
            {"show_select": 1, "is_searchable": 0, "select_options": [plain(m) for m in texts.MODELS] + ["Other <please tell us>".replace("<", "&lt;").replace(">", "&gt;")]}, 30),
        4: ("1", "0", "radio", "1", None, names(English="How urgent is it?"), {"radio_options": ["Just a question", "I can still ride", "I can't ride!"], "no_default": 1}, 40),
        5: ("1", "0", "checkbox", "0", None, names(English="Affected parts"), {"checkbox_options": ["Frame", "Brakes", "Battery & charger".replace("&", "&amp;"), "App"]}, 50),
        6: ("1", "0", "date", "0", None, names(English="Purchase date"), {"dmin": "", "dmax": "", "date_format": "d.m.Y"}, 60),
        7: ("1", "0", "email", "0", None, names(English="Other contacts"), {"multiple": 1, "email_type": "none"}, 70),
        8: ("1", "0", "hidden", "0", None, names(English="Landing page"), {"max_length": 255, "default_value": "/contact?src=footer&amp;x=1"}, 80),
        9: ("2", "1", "text", "0", None, names(English="Internal reference"), {"max_length": 255, "default_value": ""}, 90),
        51: ("1", "0", "text", "0", None, names(English="Callback `phone`"), {"max_length": 60, "default_value": ""}, 100),
    }
    for id in range(1, 101):
        use, place, kind, required, category, name, value, order = fields.get(id, ("0", "0", "text", "0", None, "", None, 1000))
        b.desk["custom_fields"].add(id=id, use=use, place=place, type=kind, req=required, category=category, name=name, value=value and php_json(value), order=order)
    b.desk["custom_statuses"].add(id=6, name=names(English="Waiting for parts", Deutsch="Wartet auf Teile"), color="8a2be2", can_customers_change="0", order=10)
    b.desk["custom_statuses"].add(id=7, name=names(English="Customs & courier"), color="ff8800", can_customers_change="1", order=20)
    for id, name, color, select, order in (
        (0, '{"English":"NULL"}', "e74441", "0", 4), (1, names(English="High (24h)"), "fac500", "1", 3), (2, '{"English":"NULL"}', "3abb7a", "1", 2),
        (3, '{"English":"NULL"}', "71a5ec", "1", 1), (4, names(English='Blocker "P0"', Deutsch="Blocker"), "000000", "0", 5),
    ):
        b.desk["custom_priorities"].add(id=id, name=name, color=color, can_customers_select=select, priority_order=order)
    for table, order, rows in (("std_replies", "reply_order", texts.CANNED), ("ticket_templates", "tpl_order", texts.TEMPLATES)):
        for number, (title, text) in enumerate(rows, 1):
            b.desk[table].add(title=plain(title), message=raw_lines(text), message_html=area(text).replace("\n", "\r\n"), **{order: 10 * number})
    for title, body, kind, style, language, location in (
        ("Summer <sale> & longer delivery times", '<p>Please allow <b>10 days</b>. <a href="https://www.larkspur.example/sale">Details</a></p><script>alert("service")</script>', "0", "3", None, "ALL"),
        ("Umzug unseres Lagers", "<p>Wir ziehen um.</p>", "0", "2", "Deutsch", "home,t-add"), ("Draft: recall of chargers", "<p>not published</p>", "1", "4", None, None),
    ):
        b.desk["service_messages"].add(dt=at("2026-06-01 08:00:00"), author=1 if style != "2" else 9, title=plain(title), message=body, type=kind, style=style, language=language, location=location, order=10)
    for email in ("seo@rank-booster.example", "@spam.example"):
        b.desk["banned_emails"].add(email=email, banned_by=1, dt=at("2025-03-04 09:10:11"))
    b.desk["banned_ips"].add(ip_from=3325256704, ip_to=3325256959, ip_display="198.51.100.0/24", banned_by=4, dt=at("2025-03-04 09:12:00"))
    b.desk["muted_emails"].add(email="noreply@parcelbird.example", type=1, muted_by=2, dt=at("2026-05-01 07:00:00"))
    b.desk["muted_emails"].add(email="@autoreply.example", type=0, muted_by=2, dt=at("2026-05-01 07:00:30"))


def knowledge_base(b):
    for id, name, parent, kind in (
        (1, "Knowledgebase", 0, "0"), (2, "Orders & delivery", 1, "0"), (3, "E-bikes", 1, "0"), (4, "Batteries <Li-Ion>", 3, "0"), (5, "Staff handbook", 1, "1"),
        (6, "Returns desk", 5, "0"), (7, "Fragen und Antworten", 1, "0"), (8, "Old tree A", 9, "0"), (9, "Old tree B", 8, "0"), (10, "Lost branch", 77, "0"), (11, "Winter", 4, "0"), (12, "Empty shelf", 2, "0"),
    ):
        b.desk["kb_categories"].add(id=id, name=plain(name), parent=parent, type=kind, cat_order=10 * id)
    shown, hidden = png(48, 32, 20, 120, 200), "cdb4ce4b07210346b76c12ede9d6300b.png"
    image = b.digest() + ".png"
    kb_files = [(image, "charger.png", shown), (b.digest() + ".pdf", "manual-heron.pdf", pdf("Larkspur Heron E - manual")), (b.digest() + ".docx", "return-form.docx", docx("Return form")), (hidden, "gone.png", None)]
    for saved, real, content in kb_files:
        b.desk["kb_attachments"].add(saved_name=saved, real_name=real, size=len(content) if content else 900)
        if content:
            b.kb_files[saved] = content
    articles = [
        (1, 2, "How long does delivery take?", "<p>Usually 5&ndash;7 days. See <a href=\"knowledgebase.php?article=2\">Tracking</a> &amp; <a href='https://help.larkspur.example/knowledgebase.php?article=4'>returns</a>.</p>", "0", "1", "1", "", 1),
        (2, 2, "Tracking <your> parcel & more", "<h2>Tracking</h2><ul><li>Open the link</li><li>Type <code>LK-…</code></li></ul><table><tr><td>Courier</td><td>ParcelBird</td></tr></table>", "0", "1", "0", "", 2),
        (3, 3, "Clicking noise from the drive unit", f'<p>Check the bolt (5&nbsp;Nm).</p><p><img src="../attachments/{image}" alt="bolt" width="48" /> <img src="../attachments/nope.png" alt="missing" /> <img src="https://cdn.larkspur.example/img/bolt.png?v=2&amp;w=300" /></p><iframe src="https://www.youtube.com/embed/dQ-demo01" frameborder="0" allowfullscreen></iframe>', "0", "1", "0", "1#charger.png,2#manual-heron.pdf,", 5),
        (4, 1, "Returns in general", 'Plain text with a `backtick` & a link: https://www.larkspur.example/returns?a=1&b=2\nSecond line <here>', "0", "0", "0", "3#return-form.docx,", 2),
        (5, 4, "Charging in winter", "<p>Below 5&nbsp;&deg;C the battery charges to 60&nbsp;%.</p><p>Typed literally: &amp;amp; &amp;lt;b&amp;gt;</p>", "0", "1", "0", "", 1),
        (6, 6, "How to pack a bike (public text, private parent)", "<p>Cardboard, foam, patience.</p>", "0", "1", "0", "", 1),
        (7, 5, "Escalation matrix", "<p>L1 +1 555 0100, L2 +1 555 0101</p>", "0", "1", "0", "", 1),
        (8, 2, "Discount codes for staff", "<p>staff eyes only</p>", "1", "1", "0", "", 3),
        (9, 3, "Draft: recall of chargers", "<p>unfinished</p>", "2", "1", "0", "", 6),
        (10, 8, "Article in a cycle of categories", "<p>8 is below 9, 9 is below 8.</p>", "0", "1", "0", "", 1),
        (11, 10, "Article on a lost branch", "<p>parent 77 does not exist</p>", "0", "1", "0", "", 1),
        (12, 99, "Article without a category", "<p>category 99 does not exist</p>", "0", "1", "0", "", 1),
        (13, 7, "Wie lade ich den Akku richtig?", "<p>Ladegerät zuerst an den <em>Akku</em>, dann an die Steckdose. Größe & Gewicht: siehe <a href=\"#tabelle\">Tabelle</a></p>", "0", "1", "1", "", 2),
        (14, 7, "Как вернуть товар?", "<p>Заполните <em>форму</em>.</p>", "0", "1", "0", "", 5),
        (15, 11, "Storing an e-bike", "<p>Dry, 30-60&nbsp;% charge.</p><script>alert('kb')</script><p onclick=\"alert(1)\">Do not freeze. <a href=\"javascript:alert(2)\">more</a> <img src=x onerror=alert(3)></p>", "0", "1", "0", "", 1),
        (16, 4, "Author was deleted", "<p>Written by somebody who left.</p>", "0", "1", "0", "", 4),
        (17, 1, "Attachment row or file gone", "<p>One file is missing, one row too.</p>", "0", "1", "0", "4#gone.png,88#nowhere.pdf,", 1),
        (18, 1, "No date", "<p>The date is zero.</p>", "0", "1", "0", "", 1),
        (19, 3, "", "", "0", "1", "0", "", 1),
        (20, 3, "Double &amp;amp; encoded?".replace("&amp;amp;", "&amp;"), "<p>Title was typed as &amp;amp;amp;</p>", "0", "1", "0", "", 1),
        (21, 2, "Fit guide", '<p>' + "".join(f"<a href=\"knowledgebase.php?category={n}\">shelf {n}</a> " for n in (2, 3, 99)) + '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==" /></p>', "0", "1", "0", "", 3),
        (22, 6, "Private article below a private parent", "<p>twice private</p>", "1", "1", "0", "", 3),
    ]
    for id, category, subject, content, kind, html, sticky, files, author in articles:
        dt = at(f"2024-{1 + id % 12:02}-{1 + id:02} 13:05:00")
        by = b.staff_name(author)
        history = "".join(f'<li class="smaller">{local(at(f"{year}-{1 + id % 12:02}-{1 + id:02} 13:05:00")).strftime("%Y-%m-%d %H:%M:%S")} | {word} by {by}</li>' for year, word in ((2024, "submitted"), (2025, "modified"))[: 1 + id % 2])
        b.desk["kb_articles"].add(id=id, catid=category, dt="0000-00-00 00:00:00" if id == 18 else dt, author=author, subject=plain(subject), content=content if html == "1" else area(content),
                                  keywords="bike, larkspur &amp; co" if id % 3 == 0 else "", type=kind, html=html, sticky=sticky, art_order=10 * id, history=history, attachments=files,
                                  rating=round(id % 5 + 1 / 3, 5), votes=id, views=17 * id)
    for category in b.desk["kb_categories"].rows:
        for column, kind in (("articles", "0"), ("articles_private", "1"), ("articles_draft", "2")):
            category[column] = sum(a["catid"] == category["id"] and a["type"] == kind for a in b.desk["kb_articles"].rows)
    b.desk["kb_categories"].rows[1]["articles"] = 41
    b.case("kb_private_category", "", kb_categories=[5], kb_articles=[7])
    b.case("kb_private_ancestor", "public article, public category, private parent: not public", kb_categories=[6], kb_articles=[6])
    b.case("kb_private_article", "", kb_articles=[8, 22])
    b.case("kb_draft", "", kb_articles=[9])
    b.case("kb_cycle", "categories that are each other's parent", kb_categories=[8, 9], kb_articles=[10])
    b.case("kb_missing_parent", "category 77 does not exist", kb_categories=[10], kb_articles=[11])
    b.case("kb_missing_category", "category 99 does not exist", kb_articles=[12])
    b.case("kb_relative_image", "src ../attachments/<saved name>, one of two is there", kb_articles=[3])
    b.case("kb_internal_link", "knowledgebase.php?article=N and ?category=N", kb_articles=[1, 21])
    b.case("kb_iframe", "", kb_articles=[3])
    b.case("kb_plain_text", "html = 0: escaped text with <br />", kb_articles=[4])
    b.case("kb_script", "script, event handlers, javascript: link in real HTML", kb_articles=[15])
    b.case("kb_dead_author", "", kb_articles=[16])
    b.case("kb_missing_file", "attachment 4 has no file, 88 has no row", kb_articles=[17], kb_attachments=[4])
    b.case("kb_zero_date", "0000-00-00 00:00:00", kb_articles=[18])
    b.case("kb_empty", "no title, no text", kb_articles=[19])
    b.case("kb_wrong_counter", "articles says 41", kb_categories=[2])
    b.case("service_message_script", "", service_messages=[1])


def secrets(b):
    """Rows that must never leave the desk. Every secret starts with CANARY."""
    d, dt = b.desk, at("2026-09-30 10:00:00")
    for user in (1, 2):
        d["auth_tokens"].add(selector=f"CANARY-sel{user}", token=f"CANARY-auth-token-{user}", user_id=user, created=dt, expires=dt)
        d["mfa_backup_codes"].add(dt=dt, user_id=user, code=f"CANARY-backup-code-{user}")
        d["mfa_verification_tokens"].add(user_id=user, verification_token=f"CANARY-mfa-token-{user}", expires_at=dt)
        d["reset_password"].add(user=user, hash=f"CANARY-reset-hash-{user}", ip=f"CANARY-ip-{user}", dt=dt)
    d["oauth_providers"].add(name="CANARY-oauth-name", authorization_url="https://login.example/CANARY-authorize", token_url="https://login.example/CANARY-token",
                             client_id="CANARY-oauth-client-id", client_secret="CANARY-oauth-client-secret", scope="CANARY-scope")
    d["oauth_tokens"].add(provider_id=1, token_value="CANARY-oauth-token", token_type="refresh", created=dt)
    d["pending_customer_email_changes"].add(customer_id=3, new_email="canary-new@example.com", verification_token="CANARY-pending-token", expires_at=dt)
    d["reply_drafts"].add(owner=2, ticket=7, message="CANARY-draft never sent", message_html="CANARY-draft never sent", dt=dt)
    d["temp_attachments"].add(unique_id="CANARY-temp", saved_name="CANARY-temp.txt", real_name="CANARY-temp.txt", size=11, expires_at=dt)
    d["temp_attachments_limits"].add(ip="CANARY-limit-ip", upload_count=2, last_upload_at=dt)
    d["mail"].add(**{"from": 1, "to": 2}, subject="CANARY-mail-subject", message="CANARY-mail private between staff", dt=dt)
    d["mail"].add(**{"from": 9999, "to": 1}, subject="CANARY-welcome", message="CANARY-mail from the desk itself", dt=dt)
    d["logins"].add(ip="CANARY-login-ip", number=3, last_attempt=dt)
    d["online"].add(user_id=1, dt=dt, tmp=0)
    d["pipe_loops"].add(email="canary-loop@example.com", message_hash="CANARY-loop-hash", dt=dt)
    d["pipe_rejections"].add(timestamp=dt, email="canary-rejected@example.com")
    d["log_overdue"].add(dt=dt, ticket=5, category=2, priority=3, status=0, due_date=dt, comments="CANARY-overdue log")
    d["email_id_to_ticket"].add(email_id="<CANARY-message-id@mail.example>", ticket_id=9, from_hesk=0)
    d["bookmarks"].add(user_id=1, ticket_id=12)
