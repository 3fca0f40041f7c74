"""A MariaDB of its own with large Hesk desks in it, kept in a folder between benchmarks."""

import getpass
import os
import random
import shutil
import socket
import subprocess
import time
from pathlib import Path

# The columns of a 3.6 desk's tickets: 37 named ones and 100 custom fields.
TICKET_COLUMNS = """
`id` mediumint(8) unsigned NOT NULL AUTO_INCREMENT, `trackid` varchar(13) NOT NULL, `u_name` varchar(255) NOT NULL DEFAULT '',
`u_email` varchar(1000) NOT NULL DEFAULT '', `category` smallint(5) unsigned NOT NULL DEFAULT 1,
`priority` tinyint(3) unsigned NOT NULL DEFAULT 3, `subject` varchar(255) NOT NULL DEFAULT '', `message` mediumtext NOT NULL,
`message_html` mediumtext DEFAULT NULL, `dt` timestamp NOT NULL DEFAULT '2000-01-01 00:00:00',
`lastchange` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(), `firstreply` timestamp NULL DEFAULT NULL,
`closedat` timestamp NULL DEFAULT NULL, `articles` varchar(255) DEFAULT NULL, `ip` varchar(45) NOT NULL DEFAULT '',
`language` varchar(50) DEFAULT NULL, `status` tinyint(3) unsigned NOT NULL DEFAULT 0, `openedby` mediumint(8) DEFAULT 0,
`firstreplyby` smallint(5) unsigned DEFAULT NULL, `closedby` mediumint(8) DEFAULT NULL, `replies` smallint(5) unsigned NOT NULL DEFAULT 0,
`staffreplies` smallint(5) unsigned NOT NULL DEFAULT 0, `owner` smallint(5) unsigned NOT NULL DEFAULT 0,
`assignedby` mediumint(8) DEFAULT NULL, `time_worked` time NOT NULL DEFAULT '00:00:00', `lastreplier` enum('0','1') NOT NULL DEFAULT '0',
`replierid` smallint(5) unsigned DEFAULT NULL, `archive` enum('0','1') NOT NULL DEFAULT '0', `locked` enum('0','1') NOT NULL DEFAULT '0',
`attachments` mediumtext NOT NULL, `merged` mediumtext NOT NULL, `history` mediumtext NOT NULL, {custom},
`due_date` timestamp NULL DEFAULT NULL, `overdue_email_sent` tinyint(1) DEFAULT 0, `satisfaction_email_sent` tinyint(1) DEFAULT 0,
`satisfaction_email_dt` timestamp NULL DEFAULT NULL, `eid` varchar(1000) DEFAULT NULL,
PRIMARY KEY (`id`), KEY `trackid` (`trackid`), KEY `archive` (`archive`), KEY `categories` (`category`), KEY `statuses` (`status`), KEY `owner` (`owner`)
""".format(custom=", ".join(f"`custom{n}` mediumtext NOT NULL" for n in range(1, 101)))

REPLY_COLUMNS = """
`id` mediumint(8) unsigned NOT NULL AUTO_INCREMENT, `replyto` mediumint(8) unsigned NOT NULL DEFAULT 0, `message` mediumtext NOT NULL,
`message_html` mediumtext DEFAULT NULL, `dt` timestamp NOT NULL DEFAULT current_timestamp(), `attachments` mediumtext DEFAULT NULL,
`staffid` smallint(5) unsigned NOT NULL DEFAULT 0, `customer_id` mediumint(8) unsigned DEFAULT NULL, `rating` enum('1','5') DEFAULT NULL,
`read` enum('0','1') NOT NULL DEFAULT '0', `eid` varchar(1000) DEFAULT NULL,
PRIMARY KEY (`id`), KEY `replyto` (`replyto`), KEY `dt` (`dt`), KEY `staffid` (`staffid`)
"""

# The other tables that a Hesk desk cannot be without.
SMALL_TABLES = """
CREATE TABLE `hesk_users` (`id` smallint(5) unsigned NOT NULL AUTO_INCREMENT, `user` varchar(255) NOT NULL, `pass` varchar(255) NOT NULL,
  `isadmin` enum('0','1') NOT NULL DEFAULT '0', `name` varchar(255) NOT NULL, `email` varchar(255) NOT NULL, PRIMARY KEY (`id`)) ENGINE=MyISAM DEFAULT CHARSET=utf8;
INSERT INTO `hesk_users` VALUES (1, 'admin', '*', '1', 'Ada Admin', 'ada@example.com'), (2, 'bob', '*', '0', 'Bob Beck', 'bob@example.com');
CREATE TABLE `hesk_categories` (`id` smallint(5) unsigned NOT NULL AUTO_INCREMENT, `name` varchar(255) NOT NULL, `cat_order` smallint(5) unsigned NOT NULL,
  `autoassign` enum('0','1') NOT NULL DEFAULT '1', `type` enum('0','1') NOT NULL DEFAULT '0', PRIMARY KEY (`id`)) ENGINE=MyISAM DEFAULT CHARSET=utf8;
INSERT INTO `hesk_categories` VALUES (1, 'General', 10, '1', '0'), (2, 'Billing', 20, '1', '0');
"""

WORDS = """the a to of and in for printer invoice account password please thank you hello regards screen error server again still working
broken cannot customer ticket order delivery street phone number monday tomorrow urgent question answer attached photo update version
installed settings network license renewal contract office floor remote access slow crash restart configuration über naïve señor""".split()


class Desk:
    """The server and its two desks: `small`, and `large` with ten times the rows."""

    def __init__(self, folder: Path, replies: int, tickets: int):
        self.folder = folder
        self.sizes = {"small": (replies // 10, tickets // 10), "large": (replies, tickets)}
        self.process = None

    def __enter__(self):
        data = self.folder / f"desk-{self.sizes['large'][0]}-{self.sizes['large'][1]}"
        ready = data.with_suffix(".ready")
        user = ["--user=root"] if getpass.getuser() == "root" else []
        if not ready.exists():
            shutil.rmtree(data, ignore_errors=True)
            install = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"]
            subprocess.run(install + user, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(self.folder)})
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.socket = f"/tmp/deskferry-bench-{self.port}.sock"
        self.process = subprocess.Popen(
            ["mariadbd", "--no-defaults", f"--datadir={data}", f"--port={self.port}", f"--socket={self.socket}", "--bind-address=127.0.0.1", f"--tmpdir={self.folder}",
             "--skip-name-resolve", "--local-infile=1", "--innodb-flush-log-at-trx-commit=0", "--key-buffer-size=128M"] + user,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(600):
                if subprocess.run(self.client() + ["-e", "SELECT 1"], capture_output=True).returncode == 0:
                    break
                if self.process.poll() is not None:
                    raise SystemExit("mariadbd did not start")
                time.sleep(0.1)
            if not ready.exists():
                for name, (replies, tickets) in self.sizes.items():
                    self.fill(name, replies, tickets)
                ready.touch()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def client(self):
        return ["mariadb", "--no-defaults", "-uroot", "--protocol=tcp", "-h127.0.0.1", f"-P{self.port}", "--local-infile=1"]

    def url(self, name):
        return f"mysql://root@127.0.0.1:{self.port}/{name}"

    def run(self, sql, database=None):
        subprocess.run(self.client() + ([database] if database else []), input=sql.encode(), check=True)

    def fill(self, name, replies, tickets):
        print(f"writing the desk `{name}`: {replies:,} replies, {tickets:,} tickets")
        self.run(f"DROP DATABASE IF EXISTS `{name}`; CREATE DATABASE `{name}`")
        self.run(SMALL_TABLES, name)
        self.load(name, "hesk_replies", REPLY_COLUMNS, reply_lines(replies, tickets))
        self.load(name, "hesk_tickets", TICKET_COLUMNS, ticket_lines(tickets))

    def load(self, database, table, columns, lines):
        file = self.folder / f"{table}.tsv"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(lines)
        self.run(f"""SET time_zone='+00:00'; CREATE TABLE `{table}` ({columns}) ENGINE=MyISAM DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
ALTER TABLE `{table}` DISABLE KEYS; LOAD DATA LOCAL INFILE '{file}' INTO TABLE `{table}` CHARACTER SET utf8mb4;
ALTER TABLE `{table}` ENABLE KEYS""", database)
        file.unlink()


def stamp(seconds):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))


def sentences(chance):
    return [" ".join(chance.choices(WORDS, k=chance.randint(6, 18))).capitalize() + "." for _ in range(20_000)]


def message(chance, pool):
    """Escaped text with line breaks as Hesk stores it, 300 bytes on average."""
    return "<br />\\\n".join(chance.choices(pool, k=chance.randint(1, 6)))


def reply_lines(count, tickets):
    chance = random.Random(1)
    pool = sentences(chance)
    for key in range(1, count + 1):
        staff = key % 2
        text = message(chance, pool)
        html = "\\N" if key % 4 else f"<p>{text}</p>"
        customer = "\\N" if staff else key % 5_000 + 1
        rating = "5" if key % 20 == 1 else "\\N"
        yield f"{key}\t{key * 7919 % tickets + 1}\t{text}\t{html}\t{stamp(1_600_000_000 + key * 60)}\t\t{staff}\t{customer}\t{rating}\t{staff}\t\\N\n"


def ticket_lines(count):
    chance = random.Random(2)
    pool = sentences(chance)
    letters = "AEUYBDGHJLMNPQRSTVWXZ123456789"
    for key in range(1, count + 1):
        opened = 1_600_000_000 + key * 600
        code = "".join(chance.choices(letters, k=10))
        text = message(chance, pool)
        history = "".join(f'<li class="smaller">{stamp(opened + n)} | status changed to Resolved by Ada Admin (admin)</li>' for n in range(3))
        # Ten custom fields in use, the rest empty, as on real desks.
        custom = [chance.choice(pool)[:40] if n < 10 else "" for n in range(100)]
        row = [key, f"{code[:3]}-{code[3:6]}-{code[6:]}", f"Customer {key % 5_000}", f"customer{key % 5_000}@example.com", key % 2 + 1, key % 4,
               chance.choice(pool)[:70], text, text, stamp(opened), stamp(opened + 9_000), stamp(opened + 600), stamp(opened + 9_000), "\\N",
               f"10.0.{key % 250}.{key % 199}", "\\N", 3, 0, 1, 1, 10, 5, 1, -1, "00:12:30", 1, 1, 0, 0, "", "", history, *custom,
               "\\N", 0, 0, "\\N", "\\N"]
        yield "\t".join(map(str, row)) + "\n"
