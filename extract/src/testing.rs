//! Small help desks for tests, and their staged rows as text.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _};
use arrow::datatypes::TimestampMicrosecondType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono::DateTime;
use deskferry_staging::{Context, Manifest, Staging};
use futures::TryStreamExt as _;

use crate::{Request, Result, Settings, Spec, extract};

/// The four required tables and some more; `rows` come before the closing line.
pub(crate) fn dump(rows: &str) -> String {
    format!(
        "/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19  Distrib 10.11\n--\n\n\
/*!40101 SET NAMES utf8mb4 */;\n/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;\n/*!40103 SET TIME_ZONE='+00:00' */;\n\
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\n{TABLES}{rows}\n\
/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;\n\n-- Dump completed on 2026-11-20 23:00:00\n"
    )
}

pub(crate) const TABLES: &str = "DROP TABLE IF EXISTS `hesk_tickets`;
CREATE TABLE `hesk_tickets` (
  `id` mediumint(8) unsigned NOT NULL AUTO_INCREMENT,
  `trackid` varchar(13) NOT NULL,
  `name` varchar(255) NOT NULL DEFAULT '',
  `subject` varchar(255) NOT NULL DEFAULT '',
  `message` mediumtext NOT NULL,
  `dt` timestamp NOT NULL DEFAULT '2000-01-01 00:00:00',
  `due_date` datetime DEFAULT NULL,
  `priority` enum('0','1','2','3') NOT NULL DEFAULT '3',
  `locked` enum('0','1') NOT NULL DEFAULT '0',
  `time_worked` time NOT NULL DEFAULT '00:00:00',
  PRIMARY KEY (`id`), KEY `trackid` (`trackid`)
) ENGINE=MyISAM;
CREATE TABLE `hesk_replies` (`id` mediumint(8), `replyto` mediumint(8), `message` mediumtext, `dt` timestamp, `staffid` smallint(5));
CREATE TABLE `hesk_users` (`id` smallint(5), `user` varchar(255), `pass` char(40), `name` varchar(255), `mfa_secret` varchar(255));
CREATE TABLE `hesk_categories` (`id` smallint(5), `name` varchar(255));
CREATE TABLE `hesk_attachments` (`att_id` mediumint(8), `ticket_id` varchar(13), `saved_name` varchar(255), `real_name` varchar(255), `size` int(10));
CREATE TABLE `hesk_auth_tokens` (`id` int(11), `selector` char(12), `token` char(64));
";

/// A folder with a dump in it.
pub(crate) struct Desk {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) context: Context,
    pub(crate) settings: Settings,
}

impl Desk {
    /// The stage is `stage` in the folder.
    pub(crate) fn new(dump: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.sql");
        std::fs::write(&path, dump).unwrap();
        let stage = folder.path().join("stage");
        let staging = Staging::open(stage.to_str().unwrap(), std::iter::empty::<(String, String)>()).unwrap();
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let context = Context::new(staging, move || now, || 1);
        let settings =
            Settings { url: path.to_str().unwrap().to_owned(), table_prefix: "hesk_".into(), ..Settings::default() };
        Self { folder, context, settings }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn spec() -> Spec {
        Spec::parse("sources/hesk.toml", Spec::built_in("hesk").unwrap()).unwrap()
    }

    pub(crate) async fn extract(&self) -> Result<Manifest> {
        extract(&self.context, &Self::spec(), &self.settings, &Request::default()).await
    }

    /// The error of an extract, which has published nothing.
    pub(crate) async fn refused(&self) -> String {
        let error = self.extract().await.unwrap_err();
        assert!(self.context.staging.runs().await.unwrap().is_empty());
        format!("{error} | {}", error.hint().unwrap_or_default())
    }

    /// Some columns of the rows of a staged table; NULL is `-`.
    pub(crate) async fn rows(&self, manifest: &Manifest, table: &str, columns: &[&str]) -> Vec<String> {
        rows_of(&self.context, manifest, table, columns).await
    }
}

/// Some columns of the rows of a staged table; NULL is `-`.
pub(crate) async fn rows_of(context: &Context, manifest: &Manifest, table: &str, columns: &[&str]) -> Vec<String> {
    let batches: Vec<_> = context.staging.read(manifest, table).unwrap().try_collect().await.unwrap();
    let options = FormatOptions::default().with_null("-");
    let mut rows = Vec::new();
    for batch in batches {
        let all: Vec<_> = batch.schema().fields().iter().map(|f| f.name().clone()).collect();
        let wanted: Vec<&str> =
            if columns.is_empty() { all.iter().map(String::as_str).collect() } else { columns.to_vec() };
        let columns: Vec<ArrayRef> = wanted.iter().map(|c| plain(batch.column_by_name(c).unwrap())).collect();
        let formats: Vec<_> = columns.iter().map(|c| ArrayFormatter::try_new(c, &options).unwrap()).collect();
        for row in 0..batch.num_rows() {
            rows.push(formats.iter().map(|f| f.value(row).to_string()).collect::<Vec<_>>().join("|"));
        }
    }
    rows
}

/// Times by an offset: names of zones need a feature of arrow.
fn plain(column: &ArrayRef) -> ArrayRef {
    match column.as_primitive_opt::<TimestampMicrosecondType>() {
        Some(times) => Arc::new(times.clone().with_timezone("+00:00")),
        None => Arc::clone(column),
    }
}

/// Every file below a folder.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}
