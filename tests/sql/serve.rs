//! `sql --serve` and the real psql.

use std::process::{Command, Stdio};

use super::{TOO_LARGE, desk};
use crate::support::psql::{PASSWORD, Server};
use crate::support::text;

#[test]
fn psql_reads_and_nothing_else() {
    let migration = desk();
    let server = Server::start(&migration);
    let count = "SELECT count(*) FROM hesk.tickets";
    assert_eq!(server.done(&["-c", count]).trim(), migration.count(count).to_string());
    let tables = server.done(&["-c", "\\dt"]);
    assert!(tables.contains("hesk|tickets|table") && tables.contains("intercom|contacts|table"), "{tables}");
    let columns = server.done(&["-c", "\\d intercom.conversations"]);
    assert!(
        columns.contains("is_read|boolean") && columns.contains("created_at|timestamp with time zone"),
        "{columns}"
    );
    assert!(server.done(&["-c", "\\dv"]).contains("ledger|steps|view"));
    assert!(server.done(&["-c", "\\dn"]).contains("intercom_live"));
    assert!(server.done(&["-c", "\\dt hesk.tick*"]).contains("hesk|tickets|table"));
    // What the columns mean is in the last field.
    for command in ["\\d+ intercom.tags", "\\d+ ledger.rows"] {
        let columns = server.done(&["-c", command]);
        assert!(columns.contains("|key of the row") || columns.contains("|id that Intercom gave"), "{columns}");
    }
    for command in ["\\dt+ hesk.*", "\\dv+ ledger.*", "\\dn+", "\\l+", "\\df", "\\du", "\\dT", "\\db"] {
        server.done(&["-c", command]);
    }
    let comment = "SELECT comment FROM information_schema.columns WHERE table_schema = 'intercom' AND table_name = 'tags' AND column_name = 'name'";
    assert_eq!(server.done(&["-c", comment]).trim(), "the tag as Intercom shows it");
    assert_eq!(
        server
            .done(&["-c", "BEGIN", "-c", "DECLARE c CURSOR FOR SELECT 1", "-c", "FETCH 1 FROM c", "-c", "COMMIT"])
            .matches('1')
            .count(),
        1
    );

    let described =
        "SELECT d.description FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        LEFT JOIN pg_catalog.pg_description AS d ON d.objoid = c.oid AND d.objsubid = a.attnum
        WHERE n.nspname = 'ledger' AND c.relname = 'rows' AND a.attname = 'intercom_id'";
    assert_eq!(server.done(&["-c", described]).trim(), "id that Intercom gave");

    for write in [
        "INSERT INTO hesk.tickets VALUES (1)",
        "UPDATE hesk.tickets SET id = 1",
        "DELETE FROM hesk.tickets",
        "DROP TABLE hesk.tickets",
        "CREATE TABLE x AS SELECT 1",
        "SELECT 1 INTO x",
        "COPY hesk.tickets TO '/tmp/deskferry-never.csv'",
        "SET datafusion.runtime.memory_limit = '100G'",
        "DECLARE c CURSOR FOR SELECT 1 INTO x",
        "EXPLAIN ANALYZE INSERT INTO hesk.users SELECT * FROM hesk.users",
    ] {
        let error = server.refused(write);
        assert!(error.contains("only SELECT"), "{write}: {error}");
    }
    let error = server.refused("SELECT * FROM hesk.tikets");
    assert!(error.contains("there are hesk.tickets,"), "{error}");
    let error = server.refused(TOO_LARGE);
    assert!(error.contains("33554432 bytes") && error.contains("memory_mib"), "{error}");
    assert_eq!(server.done(&["-c", "SELECT 41 + 1"]).trim(), "42", "the query failed alone");
}

#[test]
fn what_tools_ask_first_is_answered() {
    let migration = desk();
    let server = Server::start(&migration);
    // pgjdbc (DBeaver, Metabase) at its start, DBeaver's list of schemas and tables, Metabase's test of a connection.
    for question in [
        "SET extra_float_digits = 3",
        "SET application_name = 'DBeaver 25'",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
        "SHOW search_path",
        "SELECT version()",
        "SELECT current_schema(), session_user",
        "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.obj_description(1259, 'pg_class')",
        "SELECT db.oid, db.* FROM pg_catalog.pg_database db WHERE datname = 'deskferry'",
        "SELECT n.oid, n.*, d.description FROM pg_catalog.pg_namespace n LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = n.oid AND d.objsubid = 0 AND d.classoid = 'pg_namespace'::regclass ORDER BY nspname",
        "SELECT * FROM pg_catalog.pg_settings WHERE name = 'standard_conforming_strings'",
        "SELECT table_schema, table_name FROM information_schema.tables ORDER BY 1, 2 LIMIT 1",
        "BEGIN; SAVEPOINT one; SELECT 1; RELEASE SAVEPOINT one; COMMIT",
        "DISCARD ALL",
        "SELECT 1",
    ] {
        server.done(&["-c", question]);
    }
    // SQLAlchemy, and with it pandas, refuses what has no number of PostgreSQL.
    let version = server.done(&["-c", "SELECT pg_catalog.version()"]);
    assert!(version.starts_with("PostgreSQL 16."), "{version}");
    assert_eq!(server.done(&["-c", "SELECT current_schema()"]).trim(), "intercom");
}

#[test]
fn a_connection_sees_what_was_published_before_it() {
    let migration = desk();
    let server = Server::start(&migration);
    let tables = || server.done(&["-c", "SELECT count(*) FROM runs.tables"]).trim().parse::<u64>().unwrap();
    let before = tables();
    assert_eq!(tables(), before);
    migration.done(&["transform", "--anew"]);
    assert!(tables() > before, "{before}");
}

#[test]
fn nobody_comes_in_without_the_password() {
    let migration = desk();
    let server = Server::start(&migration);
    for wrong in ["", "wrong", "a long enough passwor"] {
        let output = server.psql(wrong, &["-c", "SELECT 1"]);
        assert!(!output.status.success());
        let said = text(&output.stderr);
        assert!(said.contains("assword") && !said.contains(PASSWORD), "{said}");
    }
    assert_eq!(server.done(&["-c", "SELECT 1"]).trim(), "1");

    let error = migration.refused(&["sql", "--serve", "127.0.0.1:0"]);
    assert!(error.contains("DESKFERRY_SQL_PASSWORD") && error.contains("hint:"), "{error}");
    let error = migration.refused(&["sql", "--serve", "0.0.0.0:0"]);
    assert!(error.contains("--remote"), "{error}");
    let port = &server.port;
    let taken = migration
        .command(&["sql", "--serve", &format!("127.0.0.1:{port}")])
        .env("DESKFERRY_SQL_PASSWORD", "x")
        .output()
        .unwrap();
    assert_eq!(taken.status.code(), Some(1));
    assert!(text(&taken.stderr).contains("hint:"), "{}", text(&taken.stderr));
}

#[test]
#[cfg(unix)]
fn it_ends_cleanly_when_asked() {
    let migration = desk();
    let mut server = Server::start(&migration);
    let connection = format!("host=127.0.0.1 port={} user=reader dbname=deskferry", server.port);
    let mut idle = Command::new("psql")
        .args(["-X", &connection])
        .env("PGPASSWORD", PASSWORD)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    let asked = Command::new("kill").args(["-INT", &server.child.id().to_string()]).status().unwrap();
    assert!(asked.success());
    let begun = std::time::Instant::now();
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    assert!(begun.elapsed() < std::time::Duration::from_secs(10));
    let _ = idle.kill();
    let _ = idle.wait();
}
