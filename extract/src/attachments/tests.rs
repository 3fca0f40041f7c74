//! Files of a small help desk, from folder, archive and store.

use super::{check_name, content_type};
use crate::testing::{Desk, dump};

#[test]
fn only_bare_file_names_are_accepted() {
    for good in ["a.txt", ".htaccess", "a..b", "Ñ 1.pdf"] {
        assert_eq!(check_name(good), Ok(()), "{good}");
    }
    for bad in ["../a", "..", ".", "/etc/passwd", "a/b", "a\\b", "C:a", "a\0b", "a\nb", &"x".repeat(256)] {
        assert_eq!(check_name(bad), Err("unsafe file name"), "{bad}");
    }
    assert_eq!(check_name(""), Err("file name is empty"));
}

#[test]
fn content_type_is_told_by_bytes_then_by_name() {
    assert_eq!(content_type(Some("image/png"), "a.pdf"), "image/png");
    assert_eq!(content_type(None, "a.PDF"), "application/pdf");
    assert_eq!(content_type(None, "a.unknown-file-type"), "application/octet-stream");
    assert_eq!(content_type(Some("application/zip"), "a.zip"), "application/zip");
    assert!(content_type(Some("application/zip"), "a.docx").ends_with("wordprocessingml.document"));
}

const ROWS: &str = "INSERT INTO hesk_attachments VALUES (1,'T','a.png','Bild.png',8),(2,'T','a.png','again.bin',8),(3,'T','gone.txt','gone.txt',1),
(4,'T','../secret.txt','x.txt',6),(5,'T','link.txt','x.txt',6),(6,'T','','x.txt',0),(7,'T','size.pdf','Größe.pdf',99),(8,'T','big.bin','big.bin',9437184),(9,'T','empty','empty.csv',0);";

const COLUMNS: [&str; 5] = ["table_name", "key", "saved_name", "size", "content_type"];

/// A desk whose folder `files` has some of the files, a link to a secret, and unreferenced ones.
fn desk() -> Desk {
    let desk = Desk::new(dump(ROWS));
    let folder = desk.path("files");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(desk.path("secret.txt"), "secret").unwrap();
    std::fs::write(folder.join("a.png"), b"\x89PNG\r\n\x1a\n").unwrap();
    std::fs::write(folder.join("size.pdf"), "short").unwrap();
    std::fs::write(folder.join("big.bin"), vec![7; 9 << 20]).unwrap();
    std::fs::write(folder.join("empty"), "").unwrap();
    std::fs::write(folder.join("unreferenced.txt"), "no row names it").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(desk.path("secret.txt"), folder.join("link.txt")).unwrap();
    desk
}

const STAGED: [&str; 5] = [
    "attachments|1|a.png|8|image/png",
    "attachments|2|a.png|8|image/png",
    "attachments|7|size.pdf|5|application/pdf",
    "attachments|8|big.bin|9437184|application/octet-stream",
    "attachments|9|empty|0|text/csv",
];

async fn check(desk: &Desk, link: &str) {
    let manifest = desk.extract().await.unwrap();
    assert_eq!(desk.rows(&manifest, super::TABLE, &COLUMNS).await, STAGED);
    let defects = desk.rows(&manifest, "_defects", &["key", "raw", "reason"]).await;
    let missing = "file is missing in the attachments folder";
    assert_eq!(
        defects,
        [
            format!("3|gone.txt|{missing}"),
            "4|../secret.txt|unsafe file name".to_owned(),
            format!("5|link.txt|{link}"),
            "6||file name is empty".to_owned(),
            "7|size.pdf|size differs: 99 bytes in the table, 5 in the file".to_owned(),
        ]
    );
    let files = desk.context.staging.files();
    assert_eq!(files.list().await.unwrap().len(), 4);
    for hash in desk.rows(&manifest, super::TABLE, &["sha256"]).await {
        assert!(!files.get(&hash).await.unwrap().starts_with(b"secret"));
    }
    assert!(manifest.remarks.iter().any(|r| r.starts_with("4 of 9 attached files")), "{:?}", manifest.remarks);
}

#[tokio::test]
async fn folder_is_staged_without_leaving_it() {
    let mut desk = desk();
    desk.settings.attachments = Some(desk.path("files").to_str().unwrap().to_owned());
    check(&desk, "not a regular file in the attachments folder").await;
}

#[tokio::test]
async fn archive_of_the_folder_gives_the_same() {
    let mut desk = desk();
    let path = desk.path("files.tar.gz");
    let gzip = flate2::write::GzEncoder::new(std::fs::File::create(&path).unwrap(), flate2::Compression::fast());
    let mut archive = tar::Builder::new(gzip);
    archive.follow_symlinks(false);
    archive.append_dir_all("attachments", desk.path("files")).unwrap();
    archive.into_inner().unwrap().finish().unwrap();
    desk.settings.attachments = Some(path.to_str().unwrap().to_owned());
    check(&desk, "file is missing in the attachments folder").await;

    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let error = desk.extract().await.unwrap_err();
    assert!(error.to_string().contains("incomplete or damaged"), "{error}");
}

#[tokio::test]
async fn archive_of_a_whole_path_gives_the_same() {
    let mut desk = desk();
    let path = desk.path("files.tar");
    let mut archive = tar::Builder::new(std::fs::File::create(&path).unwrap());
    archive.follow_symlinks(false);
    archive.append_dir_all("var/www/hesk/attachments", desk.path("files")).unwrap();
    let mut deeper = tar::Header::new_gnu();
    deeper.set_size(1);
    deeper.set_cksum();
    archive.append_data(&mut deeper, "var/www/hesk/attachments/old/a.png", b"x".as_slice()).unwrap();
    archive.into_inner().unwrap();
    desk.settings.attachments = Some(path.to_str().unwrap().to_owned());
    check(&desk, "file is missing in the attachments folder").await;
}

#[test]
fn a_path_of_an_archive_that_leaves_its_folder_is_no_name() {
    let name = |text: &str| super::source::bare_name(std::path::Path::new(text));
    assert_eq!(name("./a"), Some((0, "a".to_owned())));
    assert_eq!(name("/var/www/a"), Some((2, "a".to_owned())));
    assert_eq!((name("../a"), name("x/../../a"), name("/")), (None, None, None));
}

#[tokio::test]
async fn store_gives_the_same() {
    let mut desk = desk();
    std::fs::remove_file(desk.path("files").join("link.txt")).unwrap();
    desk.settings.attachments = Some(format!("FILE://{}", desk.path("files").display()));
    check(&desk, "file is missing in the attachments folder").await;
}

#[tokio::test]
async fn without_a_folder_all_are_defects_and_a_wrong_one_is_an_error() {
    let mut desk = desk();
    let manifest = desk.extract().await.unwrap();
    assert_eq!((manifest.rows(super::TABLE), manifest.rows("_defects")), (0, 9));
    assert!(manifest.remarks.iter().any(|r| r.contains("attachments is not set")));

    desk.settings.attachments = Some(desk.path("nowhere").to_str().unwrap().to_owned());
    let error = desk.extract().await.unwrap_err();
    assert!(error.to_string().contains("does not exist") && error.hint().unwrap().contains("attach_dir"), "{error}");
}
