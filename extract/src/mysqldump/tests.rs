//! Whole dumps, from text to staged rows.

use std::io::Write as _;

use super::input::Input;
use super::walk::{Event, Row, Walk};
use crate::testing::{Desk, TABLES, dump, files_below};
use crate::{Request, extract, probe};

const TICKET: &str = "INSERT INTO `hesk_tickets` VALUES ";

#[tokio::test]
async fn literals_of_every_kind_become_their_values() {
    let rows = r#"(1,'ABC-DEF-GH12','O\'Brien ''x'' "q"','tab\there','line\nnext\r\\ \% \_ \Z; -- no /* comment */','2024-11-03 05:30:00.5','2024-02-29',_binary '2','1','-01:00:01'),
(2,X'4142',0x43c3a9,_utf8mb4 'n',"double ""quoted""",NULL,NULL,'','','00:00:00') , (-3,N't',b'01000001',TRUE,FALSE,'2000-01-01 00:00:00',NULL,3,'0','100:00:00');"#;
    let desk = Desk::new(dump(&format!("{TICKET}{rows}")));
    let manifest = desk.extract().await.unwrap();
    let columns = [
        "id",
        "trackid",
        "name",
        "subject",
        "message",
        "dt",
        "due_date",
        "priority",
        "locked",
        "time_worked",
        "_extra",
    ];
    assert_eq!(
        desk.rows(&manifest, "tickets", &columns).await,
        [
            "1|ABC-DEF-GH12|O'Brien 'x' \"q\"|tab\there|line\nnext\r\\ \\% \\_ \u{1a}; -- no /* comment */|2024-11-03T05:30:00.500Z|2024-02-29T00:00:00Z|2|true|-3601|-",
            "2|AB|Cé|n|double \"quoted\"|-|-|-|-|0|-",
            "-3|t|A|1|0|2000-01-01T00:00:00Z|-|3|false|360000|-",
        ]
    );
    assert_eq!(manifest.rows("_defects"), 0);
    assert_eq!(manifest.tables["tickets"].source_rows, Some(3));
    assert_eq!(manifest.tables["customers"].rows, 0);
}

#[tokio::test]
async fn misfits_are_null_and_extra_and_a_defect() {
    let mut text = dump("").into_bytes();
    let rows = [
        TICKET.as_bytes(),
        b"(7,'T','a\\0b','\xff\xfe','ok','0000-00-00 00:00:00','2024-00-10 00:00:00','9x','2','838:59:59');\n",
    ]
    .concat();
    let end = text.windows(17).position(|w| w == b"-- Dump completed").unwrap();
    text.splice(end..end, rows);
    let desk = Desk::new(text);
    let manifest = desk.extract().await.unwrap();
    assert_eq!(
        desk.rows(
            &manifest,
            "tickets",
            &["id", "name", "subject", "message", "dt", "priority", "time_worked", "_extra"]
        )
        .await,
        ["7|-|-|ok|-|-|-|{\"name\":\"a\u{fffd}b\",\"subject\":\"\u{fffd}\u{fffd}\",\"dt\":\"0000-00-00 00:00:00\",\
          \"due_date\":\"2024-00-10 00:00:00\",\"priority\":\"9x\",\"locked\":\"2\",\"time_worked\":\"838:59:59\"}"]
    );
    let defects = desk.rows(&manifest, "_defects", &["table_name", "key", "column_name", "raw", "reason"]).await;
    assert_eq!(defects.len(), 7);
    assert_eq!(defects[0], "tickets|7|name|0x610062|contains a NUL byte");
    assert_eq!(defects[1], "tickets|7|subject|0xfffe|not valid UTF-8");
    assert_eq!(defects[2], "tickets|7|dt|0000-00-00 00:00:00|zero date");
}

#[tokio::test]
async fn no_undeclared_value_is_staged_whatever_the_order_of_columns() {
    let text = dump(
        "INSERT INTO `hesk_users` VALUES (1,'anna','CANARY1','Anna','CANARY2');
         INSERT INTO `hesk_users` (`mfa_secret`,`name`,`id`,`pass`,`user`) VALUES ('CANARY3','Ben',2,'CANARY4','ben');
         REPLACE INTO hesk_users (id, pass, name) VALUES (3,'CANARY5','Cleo');
         INSERT INTO `hesk_auth_tokens` VALUES (1,'CANARY6','CANARY7');
         INSERT IGNORE INTO `other_users` (`name`) VALUES ('CANARY8');",
    );
    let desk = Desk::new(text);
    let manifest = desk.extract().await.unwrap();
    assert_eq!(desk.rows(&manifest, "users", &["id", "user", "name"]).await, ["1|anna|Anna", "2|ben|Ben", "3|-|Cleo"]);
    for table in manifest.tables.keys() {
        for row in desk.rows(&manifest, table, &[]).await {
            assert!(!row.contains("CANARY"), "{table}: {row}");
        }
    }
    for file in files_below(&desk.path("stage")) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(6).any(|w| w == b"CANARY"), "{}", file.display());
    }
}

#[tokio::test]
async fn a_dump_cut_anywhere_is_refused_and_publishes_nothing() {
    let text = dump(&format!(
        "{TICKET}(1,'T','n','s','it''s \\'m\\'','2024-01-01 00:00:00',NULL,'3','0','00:00:00'),\n(2,'U','n','s','m','2024-01-01 00:00:00',NULL,'3','0','00:00:00');"
    ));
    let whole = text.find("-- Dump completed").unwrap() + "-- Dump completed".len();
    let first = text.find('\n').unwrap() + 40;
    for end in (first..whole).step_by(7).chain(whole - 20..whole) {
        let desk = Desk::new(&text[..end]);
        let error = desk.refused().await;
        assert!(error.contains("incomplete or damaged"), "cut at {end}: {error}");
    }
    assert!(Desk::new(&text[..whole]).extract().await.is_ok());
}

#[tokio::test]
async fn gzip_is_read_by_its_first_bytes_and_refused_when_cut() {
    let text = dump(&format!("{TICKET}(1,'T','n','s','m','2024-01-01 00:00:00',NULL,'3','0','00:00:00');"));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    let bytes = gzip.finish().unwrap();
    assert_eq!(Desk::new(&bytes).extract().await.unwrap().rows("tickets"), 1);
    for end in [bytes.len() - 1, bytes.len() - 9, bytes.len() / 2, 20] {
        assert!(Desk::new(&bytes[..end]).refused().await.contains("gzip"), "cut at {end}");
    }
}

#[tokio::test]
async fn wrong_prefix_names_the_prefixes_seen() {
    let mut desk = Desk::new(dump("").replace("hesk_", "help_"));
    let error = desk.refused().await;
    assert!(error.contains("`help_`") && error.contains("table_prefix = \"help_\""), "{error}");
    desk.settings.table_prefix = "help_".into();
    desk.extract().await.unwrap();

    let bare = Desk::new(dump("").replace("hesk_", ""));
    assert!(bare.refused().await.contains("table_prefix = \"\""));
}

#[tokio::test]
async fn a_dump_of_something_else_names_what_is_missing() {
    let error = Desk::new("CREATE TABLE `wp_posts` (`id` int);").refused().await;
    assert!(error.contains("not a Hesk help desk") && error.contains("`hesk_tickets`"), "{error}");
    let error = Desk::new(dump("").replace("`hesk_users`", "`hesk_usors`")).refused().await;
    assert!(error.contains("no table `hesk_users`"), "{error}");
}

#[tokio::test]
async fn of_several_databases_the_help_desk_is_read_and_two_are_refused() {
    let other = "CREATE DATABASE `wp`;\nUSE `wp`;\nCREATE TABLE `hesk_users` (`id` int, `name` text);\nINSERT INTO `hesk_users` VALUES (9,'not ours');\n";
    let text = dump("").replacen(
        TABLES,
        &format!("{other}USE `desk`;\n{TABLES}INSERT INTO hesk_users (id,name) VALUES (1,'ours');\n"),
        1,
    );
    let desk = Desk::new(text);
    let manifest = desk.extract().await.unwrap();
    assert_eq!(desk.rows(&manifest, "users", &["id", "name"]).await, ["1|ours"]);

    let error = Desk::new(format!("USE `a`;\n{TABLES}USE `b`;\n{TABLES}")).refused().await;
    assert!(error.contains("a, b"), "{error}");
}

#[tokio::test]
async fn latin1_and_no_backslash_escapes_follow_their_set_statements() {
    let row =
        [b"(1,'T','caf\xe9 \x80 C:\\','s','m','2024-01-01 00:00:00',NULL,'3','0','00:00:00');\n".as_slice()].concat();
    let mut text = dump("")
        .replace("SET NAMES utf8mb4", "SET NAMES latin1")
        .replace("NO_AUTO_VALUE_ON_ZERO", "NO_BACKSLASH_ESCAPES")
        .into_bytes();
    let end = text.windows(17).position(|w| w == b"-- Dump completed").unwrap();
    text.splice(end..end, [TICKET.as_bytes(), &row].concat());
    let desk = Desk::new(text);
    let manifest = desk.extract().await.unwrap();
    assert_eq!(desk.rows(&manifest, "tickets", &["name"]).await, ["café € C:\\"]);
    assert!(Desk::new(dump("").replace("utf8mb4", "gbk")).refused().await.contains("`gbk`"));
}

#[tokio::test]
async fn times_without_a_zone_are_read_in_the_database_zone_with_a_remark() {
    let row = format!("{TICKET}(1,'T','n','s','m','2024-07-01 12:00:00','2024-07-01 12:00:00','3','0','00:00:00');");
    let mut desk = Desk::new(dump(&row));
    desk.settings.database_timezone = Some("Europe/Berlin".into());
    let manifest = desk.extract().await.unwrap();
    assert_eq!(
        desk.rows(&manifest, "tickets", &["dt", "due_date"]).await,
        ["2024-07-01T12:00:00Z|2024-07-01T10:00:00Z"]
    );

    let mut desk = Desk::new(dump(&row).replace("SET TIME_ZONE='+00:00'", "SET @X=1"));
    desk.settings.timezone = Some("Europe/Berlin".into());
    let manifest = desk.extract().await.unwrap();
    assert_eq!(
        desk.rows(&manifest, "tickets", &["dt", "due_date"]).await,
        ["2024-07-01T10:00:00Z|2024-07-01T10:00:00Z"]
    );
    assert!(manifest.remarks.iter().any(|r| r.contains("--skip-tz-utc")), "{:?}", manifest.remarks);
}

#[tokio::test]
async fn triggers_views_and_comments_are_passed_over() {
    let noise = "DELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER t BEFORE INSERT ON hesk_users FOR EACH ROW BEGIN\n\
        -- it's a trap; INSERT INTO `hesk_users` VALUES (8)\n  SET NEW.name = ';;'; INSERT INTO x VALUES (1); END */;;\nDELIMITER ;\n\
        /*!50001 CREATE VIEW `v` AS SELECT 1 AS `id`*/;\n# note; it's\nLOCK TABLES `hesk_users` WRITE;\n/*!40000 ALTER TABLE `hesk_users` DISABLE KEYS */;\n";
    let desk = Desk::new(dump(&format!(
        "{noise}INSERT INTO `hesk_users` (id) VALUES\n -- here\n(1) /* and */ ,\n(2);\nUNLOCK TABLES;"
    )));
    assert_eq!(desk.extract().await.unwrap().rows("users"), 2);
}

#[tokio::test]
async fn modes_and_zones_of_triggers_end_with_them() {
    let text = dump(
        "/*!50003 SET @saved_sql_mode = @@sql_mode */ ;\n/*!50003 SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES' */ ;\n\
         /*!50003 SET @saved_time_zone = @@time_zone */ ;\n/*!50003 SET time_zone = 'SYSTEM' */ ;\n\
         DELIMITER ;;\n/*!50003 CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW SET NEW.a = 'C:\\' */;;\nDELIMITER ;\n\
         /*!50003 SET sql_mode = @saved_sql_mode */ ;\n/*!50003 SET time_zone = @saved_time_zone */ ;\n\
         INSERT INTO hesk_replies VALUES (1,1,'it\\'s','2024-07-01 12:00:00',0);",
    );
    let mut desk = Desk::new(text);
    desk.settings.timezone = Some("Europe/Berlin".into());
    let manifest = desk.extract().await.unwrap();
    assert_eq!(desk.rows(&manifest, "replies", &["message", "dt"]).await, ["it's|2024-07-01T12:00:00Z"]);
    assert!(!manifest.remarks.iter().any(|r| r.contains("skip-tz-utc")));
}

#[tokio::test]
async fn other_forms_are_named_and_a_byte_order_mark_is_passed_over() {
    assert!(Desk::new([0xff, 0xfe, b'-', 0]).refused().await.contains("UTF-16"));
    assert!(Desk::new("<?xml version='1.0'?>").refused().await.contains("XML"));
    assert!(Desk::new(format!("\u{feff}{}", dump(""))).extract().await.is_ok());
}

#[tokio::test]
async fn a_row_with_the_wrong_number_of_values_names_table_and_byte() {
    let error = Desk::new(dump("INSERT INTO `hesk_categories` VALUES (1,'a'),(2,'b',3);")).refused().await;
    assert!(error.contains("table `hesk_categories`, byte ") && error.contains("3 values for 2 columns"), "{error}");
}

#[tokio::test]
async fn a_sample_takes_the_newest_tickets_and_what_is_theirs() {
    let ticket = |id: u32| format!("({id},'T{id}','n','s','m','2024-01-01 00:00:00',NULL,'3','0','00:00:00')");
    let text = dump(&format!(
        "INSERT INTO hesk_replies VALUES (1,1,'old',NULL,0),(2,30,'new',NULL,0);\n{TICKET}{},{},{};\n\
         INSERT INTO hesk_attachments VALUES (1,'T1','a','a',1),(2,'T30','b','b',1);INSERT INTO hesk_users (id) VALUES (1);",
        ticket(30),
        ticket(1),
        ticket(20)
    ));
    let desk = Desk::new(text);
    let request = Request { sample: Some(2), ..Request::default() };
    let manifest = extract(&desk.context, &Desk::spec(), &desk.settings, &request).await.unwrap();
    assert_eq!(desk.rows(&manifest, "tickets", &["id"]).await, ["30", "20"]);
    assert_eq!(desk.rows(&manifest, "replies", &["message"]).await, ["new"]);
    assert_eq!(desk.rows(&manifest, "attachments", &["att_id"]).await, ["2"]);
    assert_eq!(manifest.rows("users"), 1);
    assert!(manifest.remarks.iter().any(|r| r.contains("sample")));
}

#[tokio::test]
async fn chosen_tables_only_are_in_the_run_and_unknown_ones_refused() {
    let desk = Desk::new(dump("INSERT INTO hesk_users (id) VALUES (1);"));
    let ask = |table: &str| Request { tables: vec![table.to_owned()], ..Request::default() };
    let manifest = extract(&desk.context, &Desk::spec(), &desk.settings, &ask("users")).await.unwrap();
    assert_eq!(manifest.tables.keys().collect::<Vec<_>>(), ["_defects", "settings", "users"]);
    let error = extract(&desk.context, &Desk::spec(), &desk.settings, &ask("usrs")).await.unwrap_err();
    assert!(error.hint().unwrap().contains("tickets, replies"));
}

#[tokio::test]
async fn cancelled_extract_publishes_nothing() {
    let desk = Desk::new(dump(""));
    desk.context.cancel.cancel();
    assert!(desk.refused().await.contains("stopped"));
}

#[tokio::test]
async fn probe_counts_without_staging() {
    let desk = Desk::new(dump("INSERT INTO hesk_users (id) VALUES (1),(2);"));
    let found = probe(&desk.context, &Desk::spec(), &desk.settings).await.unwrap();
    assert!(found.tables.contains(&("users".into(), Some(2))));
    assert!(!found.tables.iter().any(|(name, _)| name == "auth_tokens"));
    assert!(desk.context.staging.runs().await.unwrap().is_empty());
}

#[test]
fn rows_are_the_same_whatever_the_buffer() {
    let text = dump(r"INSERT INTO `hesk_categories` (`id`,`name`) VALUES (1,'it''s \\ \'x\' é'),(0x4142,NULL);");
    let read = |buffer: usize| {
        let mut walk = Walk::new(Input::of(text.as_bytes(), buffer));
        let (mut row, mut rows) = (Row::default(), Vec::new());
        while let Some(event) = walk.next().unwrap() {
            let Event::Insert(insert) = event else { continue };
            loop {
                let more = walk.row(&insert, Some(&[true, true]), &mut row).unwrap();
                rows.push(row.cells().map(|c| c.map(<[u8]>::to_vec)).collect::<Vec<_>>());
                if !more {
                    break;
                }
            }
        }
        rows
    };
    let whole = read(1 << 16);
    assert_eq!(whole, [[Some(b"1".to_vec()), Some("it's \\ 'x' é".into())], [Some(b"AB".to_vec()), None]]);
    for buffer in 1..20 {
        assert_eq!(read(buffer), whole, "{buffer}");
    }
}
