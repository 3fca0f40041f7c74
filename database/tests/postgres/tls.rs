//! Encrypted connections.

use deskferry_database::{Target, status};
use deskferry_staging::Kind;

use crate::desk::Desk;
use crate::postgres::Postgres;

#[tokio::test(flavor = "multi_thread")]
async fn sslmode_means_what_it_means_to_psql() {
    let mut desk = Desk::new(Postgres::shared().database());
    let certificate = desk.database.server().certificate().display().to_string();
    let (by_address, by_name) = (desk.database.url(), desk.database.url().replace("127.0.0.1", "localhost"));
    let verified = |mode: &str| format!("sslmode={mode}&sslrootcert={certificate}");
    for (url, mode, passes) in [
        (&by_address, "sslmode=disable".to_owned(), true),
        (&by_address, "sslmode=prefer".to_owned(), true),
        (&by_address, "sslmode=require".to_owned(), true),
        (&by_address, verified("verify-ca"), true),
        (&by_name, verified("verify-full"), true),
        (&by_address, verified("verify-full"), false),
        (&by_name, "sslmode=verify-full".to_owned(), false),
        (&by_name, "sslmode=verify-ca".to_owned(), false),
    ] {
        desk.settings.target = Target::parse(&format!("{url}?{mode}")).unwrap();
        match status(&desk.settings).await {
            Ok(_) => assert!(passes, "{mode}"),
            Err(error) => {
                assert!(!passes, "{mode}: {error}");
                assert_eq!(error.kind(), Kind::Invalid, "{error}");
                assert!(error.to_string().contains("ertificate"), "{error}");
                assert!(error.hint().unwrap().contains("sslmode"), "{:?}", error.hint());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_encrypted_connections_are_made_where_that_is_asked_for() {
    let server = std::sync::Arc::new(Postgres::start(&["ssl=off"]));
    let mut desk = Desk::new(server.database());
    assert!(status(&desk.settings).await.is_ok(), "prefer goes on without");
    desk.settings.target = Target::parse(&format!("{}?sslmode=require", desk.database.url())).unwrap();
    let error = status(&desk.settings).await.unwrap_err();
    assert!(error.to_string().contains("TLS"), "{error}");
    assert_eq!(error.kind(), Kind::Invalid);
}
