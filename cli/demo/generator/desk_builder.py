"""Tickets, people and files of a Hesk 3.7 desk, in the words Hesk itself would have stored."""

import datetime
import random

from hesk_dump import Desk, area, local, plain

UTC = datetime.timezone.utc
CUSTOMER_NAMES_IN_HISTORY_FROM = datetime.datetime(2026, 2, 15, tzinfo=UTC)  # the day this desk went from 3.4 to 3.7
STATUS_NAMES = {0: "New", 1: "Waiting reply", 2: "Replied", 3: "Resolved", 4: "In Progress", 5: "On Hold", 6: "Waiting for parts", 7: "Customs &amp; courier"}
PRIORITY_NAMES = {0: "Critical", 1: "High (24h)", 2: "Medium", 3: "Low", 4: "Blocker &quot;P0&quot;"}


def at(text):
    return datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


class Builder:
    def __init__(self, schema, seed):
        self.desk, self.random = Desk(schema), random.Random(seed)
        self.files, self.kb_files, self.cases, self.replies, self.tickets = {}, {}, [], [], []
        self.ticket_id = 0

    def case(self, name, note, **rows):
        """Remember which rows show a trap; rows become ids when everything has one."""
        self.cases.append((name, note, rows))

    def customer(self, name, email, language=None, **columns):
        return self.desk["customers"].add(name=plain(name), email=None if email is None else plain(email), language=language, **columns)

    def digest(self):
        return f"{self.random.getrandbits(128):032x}"

    def track_id(self):
        letters = "".join(self.random.choice("AEUYBDGHJLMNPQRSTVWXZ123456789") for _ in range(10))
        return f"{letters[:3]}-{letters[3:6]}-{letters[6:]}"

    def staff_name(self, user):
        row = next((u for u in self.desk["users"].rows if u["id"] == user), None)
        return f"{row['name']} ({row['user']})" if row else {4: "Temp Agent (temp)", 9: "Old Hand (oldhand)"}[user]

    def ticket(self, *args, **kwargs):
        made = Ticket(self, *args, **kwargs)
        self.tickets.append(made)
        return made

    def finish(self):
        """Number the replies by the moment they were inserted and let every ticket count its own."""
        self.replies.sort(key=lambda reply: reply["inserted"])
        number = 0
        for reply in self.replies:
            number += 2 if self.random.random() < 0.02 else 1  # now and then a reply was deleted
            reply["row"]["id"] = number
            self.desk["replies"].rows.append(reply["row"])
        for ticket in self.tickets:
            ticket.count()


class Ticket:
    def __init__(self, builder, requester, subject, text, dt, category=1, priority=3, language=None, via="web", owner=0, followers=(), html=None, **columns):
        self.builder, self.dt, self.requester, self.last = builder, dt, requester, dt
        self.replies = []
        builder.ticket_id += 1
        opened_by = {"web": 0, "mail": -1, "pop3": -2, "imap": -3}.get(via, via)
        message = area(text) if isinstance(text, str) else text
        self.row = builder.desk["tickets"].add(
            id=builder.ticket_id, trackid=builder.track_id(), category=category, priority=priority, subject=plain(subject), message=message,
            message_html=message if html is None else html, dt=dt, lastchange=dt, language=language, openedby=opened_by, owner=owner,
            u_name=requester["name"] if requester else "", u_email=(requester["email"] or "") if requester else "",
            ip=f"203.0.113.{builder.random.randrange(1, 250)}" if via == "web" else "",
        )
        self.overrides = columns
        if requester:
            self.link(requester, "REQUESTER")
        for follower in followers:
            self.link(follower, "FOLLOWER")
        if via == "web":
            self.history(dt, f"submitted by {self.customer_name()}")
        elif isinstance(via, int) and via > 0:
            self.history(dt, f"submitted by {builder.staff_name(via)}")
        else:
            self.history(dt, {"mail": "submitted by email piping", "pop3": "submitted by POP3 fetching", "imap": "submitted by IMAP fetching"}[via])
        if owner:
            self.history(dt, f"automatically assigned to {builder.staff_name(owner)}")
            self.row["assignedby"] = -1

    @property
    def id(self):
        return self.row["id"]

    def customer_name(self):
        named = self.requester and self.requester["name"] and self.dt >= CUSTOMER_NAMES_IN_HISTORY_FROM
        return self.requester["name"] if named else "Customer"

    def link(self, customer, kind):
        return self.builder.desk["ticket_to_customer"].add(ticket_id=self.id, customer_id=customer["id"], customer_type=kind)

    def history(self, dt, text, date=None):
        self.row["history"] += f'<li class="smaller">{date or local(dt).strftime("%Y-%m-%d %H:%M:%S")} | {text}</li>'
        self.last = max(self.last, dt)

    def file(self, name, content, internal=False, saved_name=None, present=True, size=None, track_id=None):
        """One attachment row and its bytes; returns what the `attachments` column of its parent lists."""
        extension = name.rsplit(".", 1)[-1].lower()
        saved = f"{self.row['trackid']}_{self.builder.digest()}.{extension}" if saved_name is None else saved_name
        row = self.builder.desk["attachments"].add(
            ticket_id=track_id or self.row["trackid"], saved_name=saved, real_name=name, size=len(content) if size is None else size, type="1" if internal else "0"
        )
        if present:
            self.builder.files[saved] = content
        return f"{row['att_id']}#{name},"

    def reply(self, dt, message, staff=0, customer=None, html=None, rating=None, read="0", attachments="", inserted=None):
        row = self.builder.desk["replies"].defaults | dict(
            replyto=self.id, message=message, message_html=message if html is None else html, dt=dt, attachments=attachments, staffid=staff,
            customer_id=customer["id"] if customer else None, rating=rating, read=read,
        )
        self.builder.replies.append({"inserted": inserted or dt, "row": row})
        self.replies.append(row)
        self.last = max(self.last, dt)
        return row

    def staff(self, user, text, dt, **kwargs):
        return self.reply(dt, area(text), staff=user, **kwargs)

    def answer(self, text, dt, by=None, **kwargs):
        return self.reply(dt, area(text), customer=by or self.requester, **kwargs)

    def note(self, user, text, dt, attachments=""):
        self.last = max(self.last, dt)
        return self.builder.desk["notes"].add(ticket=self.id, who=user, dt=dt, message=area(text), attachments=attachments)

    def status(self, code, dt, user):
        self.row["status"] = code
        self.history(dt, f"status changed to {STATUS_NAMES[code]} by {self.builder.staff_name(user)}")
        if code == 3:
            self.row["closedat"], self.row["closedby"] = dt, user

    def close_by_customer(self, dt):
        self.row.update(status=3, closedat=dt, closedby=0)
        self.history(dt, f"closed by {self.customer_name()}")

    def count(self):
        row, ordered = self.row, sorted(self.replies, key=lambda reply: (str(reply["dt"]), reply["id"]))
        by_staff = [reply for reply in ordered if reply["staffid"]]
        row["replies"], row["staffreplies"], row["lastchange"] = len(ordered), len(by_staff), self.last
        if by_staff:
            row["firstreply"], row["firstreplyby"] = by_staff[0]["dt"], by_staff[0]["staffid"]
        if ordered:
            row["lastreplier"], row["replierid"] = ("1", ordered[-1]["staffid"]) if ordered[-1]["staffid"] else ("0", None)
        if row["status"] == 0 and ordered:
            row["status"] = 2 if ordered[-1]["staffid"] else 1
        row.update(self.overrides)
