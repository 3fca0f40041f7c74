"""A Hesk database in memory: text encoded as Hesk stores it, rows written as mariadb-dump writes them."""

import datetime
import re

UTC = datetime.timezone.utc
NOW = "2014-01-01 00:00:00"  # what current_timestamp() gives to rows that do not say when
BUFFER_LENGTH_MAX = 1_046_528  # mariadb-dump begins a new INSERT before a statement grows beyond this


class Bytes(bytes):
    """A string literal with these very bytes, be they UTF-8 or not."""


class Hex(bytes):
    """The same as a hexadecimal literal: 0x48656C6C6F."""


def plain(text):
    """A single-line value: four entities, no four-byte characters, no backtick."""
    text = "".join("?" if ord(c) > 0xFFFF else c for c in text)
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("`", "&#96;")):
        text = text.replace(char, entity)
    return text


def area(text):
    """A text area: escaped, links made clickable, line ends marked."""
    links = r"(https?://[^\s<>]+?)(?=[.,;:!?)]*(?:\s|$|&quot;|&gt;|&lt;))|([\w.+-]+@[\w-]+\.[\w.-]*\w)"

    def link(found):
        url, mail = found.groups()
        return f'<a href="{url}">{url}</a>' if url else f'<a href="mailto:{mail}">{mail}</a>'

    return re.sub(links, link, plain(text)).replace("\n", "<br />\n")


def raw_lines(text):
    """Canned responses and templates: escaped, raw CRLF line ends."""
    return plain(text).replace("\n", "\r\n")


def new_york_offset_hours(instant):
    """The offset of America/New_York: -4 between the second Sunday of March and the first of November."""
    def sunday(month, nth, hour):
        first = datetime.datetime(instant.year, month, 1, hour, tzinfo=UTC)
        return first + datetime.timedelta(days=(6 - first.weekday()) % 7 + 7 * (nth - 1))

    return -4 if sunday(3, 2, 7) <= instant < sunday(11, 1, 6) else -5


def local(instant, offset_hours=None):
    hours = new_york_offset_hours(instant) if offset_hours is None else offset_hours
    return (instant + datetime.timedelta(hours=hours)).replace(tzinfo=None)


def stamp(instant):
    """What a TIMESTAMP column shows in a session at +00:00."""
    return instant.strftime("%Y-%m-%d %H:%M:%S") if isinstance(instant, datetime.datetime) else instant


def literal(value, numeric):
    if value is None:
        return b"NULL"
    if isinstance(value, Hex):
        return b"0x" + value.hex().upper().encode()
    if isinstance(value, datetime.datetime):
        value = stamp(value)
    if numeric:
        return str(value).encode()
    data = value if isinstance(value, bytes) else str(value).encode()
    data = data.replace(b"\\", b"\\\\")
    for char, escaped in ((b"\0", b"\\0"), (b"\n", b"\\n"), (b"\r", b"\\r"), (b"\x1a", b"\\Z"), (b"'", b"\\'"), (b'"', b'\\"')):
        data = data.replace(char, escaped)
    return b"'" + data + b"'"


class Table:
    def __init__(self, name, create):
        self.name, self.create, self.rows = name, create, []
        self.defaults, self.numeric = {}, set()
        for line in create.split("\n"):
            column = re.match(r"\s+`(\w+)` (\w+)(.*?),?$", line)
            if not column:
                continue
            key, kind, rest = column.groups()
            if kind.endswith("int") or kind in ("float", "double"):
                self.numeric.add(key)
            default = re.search(r"DEFAULT ('(?:[^']*)'|[\w-]+)", rest)
            value = default[1].strip("'") if default else None
            value = NOW if value == "current_timestamp" else value
            if value == "NULL" or (value is None and "NOT NULL" not in rest):
                self.defaults[key] = None
            elif value is None:
                self.defaults[key] = 0 if key in self.numeric else ""
            else:
                self.defaults[key] = 0 if value == "0" and key in self.numeric else value
        self.key = re.search(r"`(\w+)` \w*int\(\d+\)[^\n]* AUTO_INCREMENT", create)
        self.key = self.key[1] if self.key else None

    def add(self, **columns):
        unknown = set(columns) - set(self.defaults)
        assert not unknown, f"{self.name} has no {unknown}"
        row = {**self.defaults, **columns}
        if self.key and not row[self.key]:
            row[self.key] = self.next_id()
        self.rows.append(row)
        return row

    def next_id(self):
        return max((row[self.key] for row in self.rows), default=0) + 1


class Desk:
    def __init__(self, schema, prefix="hesk_"):
        self.prefix, self.tables = prefix, {}
        for found in re.finditer(r"CREATE TABLE `(\w+)` \(\n.*?\n\)[^;]*;", schema, re.S):
            create = re.sub(r"( *`custom)\{1\.\.(\d+)\}(`[^\n]*\n)", lambda m: "".join(f"{m[1]}{n}{m[3]}" for n in range(1, int(m[2]) + 1)), found[0])
            self.tables[found[1]] = Table(found[1], create)

    def __getitem__(self, name):
        return self.tables[name]

    def dump(self, database, completed):
        out = [HEAD % database.encode()]
        for table in sorted(self.tables.values(), key=lambda t: t.name):
            out.append(self.dump_table(table))
        out.append(TAIL % completed.strftime("%Y-%m-%d %k:%M:%S").encode())
        return b"".join(out)

    def dump_table(self, table):
        name = (self.prefix + table.name).encode()
        create = table.create.replace(f"CREATE TABLE `{table.name}`", f"CREATE TABLE `{self.prefix}{table.name}`")
        if table.key and table.rows:
            create = create.replace(") ENGINE=MyISAM", f") ENGINE=MyISAM AUTO_INCREMENT={table.next_id()}")
        out = [b"\n--\n-- Table structure for table `%s`\n--\n\nDROP TABLE IF EXISTS `%s`;\n" % (name, name)]
        out.append(b"/*!40101 SET @saved_cs_client     = @@character_set_client */;\n/*!40101 SET character_set_client = utf8mb4 */;\n")
        out.append(create.encode() + b"\n/*!40101 SET character_set_client = @saved_cs_client */;\n")
        out.append(b"\n--\n-- Dumping data for table `%s`\n--\n\nLOCK TABLES `%s` WRITE;\n" % (name, name))
        out.append(b"/*!40000 ALTER TABLE `%s` DISABLE KEYS */;\n" % name)
        insert, size = b"INSERT INTO `%s` VALUES\n" % name, 0
        for row in table.rows:
            values = b"(" + b",".join(literal(v, k in table.numeric) for k, v in row.items()) + b")"
            if size and size + len(values) < BUFFER_LENGTH_MAX:
                out.append(b",\n" + values)
                size += len(values)
            else:
                out.append((b";\n" if size else b"") + insert + values)
                size = len(insert) + len(values)
        out.append(b";\n" if size else b"")
        out.append(b"/*!40000 ALTER TABLE `%s` ENABLE KEYS */;\nUNLOCK TABLES;\n" % name)
        return b"".join(out)


def toml(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda m: f"\\u{ord(m[0]):04X}", escaped) + '"'


def toml_table(name, pairs, comments={}):
    lines = [f"[{name}]"]
    for key, value in pairs.items():
        note = f"  # {comments[key]}" if key in comments else ""
        lines.append(f"{key} = {toml(value)}{note}")
    return "\n".join(lines) + "\n\n"


HEAD = rb"""/*M!999999\- enable the sandbox mode */ 
-- MariaDB dump 10.19  Distrib 10.11.14-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: localhost    Database: %s
-- ------------------------------------------------------
-- Server version	10.11.14-MariaDB-0+deb12u2

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!40101 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;
"""

TAIL = rb"""/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed on %s
"""
