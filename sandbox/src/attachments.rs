//! Files of messages: decoded, counted, kept up to a small cap, readable at `/_files/{id}`.

use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::{Answer, Body, Reply};
use crate::workspace::Workspace;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use url::Url;

/// Most files of one message.
pub(crate) const FILES_MAX: usize = 10;
/// A file larger than this is counted and hashed, its bytes are not kept.
const KEPT_FILE_BYTES_MAX: usize = 2 << 20;
/// All kept bytes together.
const KEPT_BYTES_MAX: usize = 128 << 20;

/// Types that browsers may show in place.
pub(crate) const PICTURES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// A file just received.
#[derive(Debug)]
pub(crate) struct NewFile {
    name: String,
    content_type: String,
    sha256: [u8; 32],
    bytes: Bytes,
}

/// A file of a message.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) size: u64,
    pub(crate) sha256: [u8; 32],
    /// Where a file given as a URL lives; the sandbox never fetches it.
    pub(crate) remote_url: Option<String>,
}

/// All files of the workspace.
#[derive(Debug, Default)]
pub(crate) struct Files {
    by_id: BTreeMap<u64, File>,
    bytes: HashMap<[u8; 32], Bytes>,
    kept: usize,
    total_bytes: u64,
}

/// Decodes `attachment_files`: `[{content_type, data, name}]`.
pub(crate) fn decode(files: &Value) -> Result<Vec<NewFile>, Refusal> {
    let Some(files) = files.as_array() else {
        return Err(Refusal::invalid("attachment_files must be an array"));
    };
    if files.len() > FILES_MAX {
        return Err(Refusal::invalid(format!("attachment_files takes at most {FILES_MAX} files")));
    }
    files.iter().map(decode_one).collect()
}

fn decode_one(file: &Value) -> Result<NewFile, Refusal> {
    let text = |name: &str| {
        file.get(name)
            .and_then(Value::as_str)
            .ok_or_else(|| Refusal::missing(format!("attachment_files: {name} is a required parameter")))
    };
    let (name, content_type, data) = (text("name")?, text("content_type")?, text("data")?);
    if name.trim().is_empty() {
        return Err(Refusal::invalid("attachment_files: name must not be empty"));
    }
    let bytes = STANDARD
        .decode(data)
        .map_err(|error| Refusal::invalid(format!("attachment_files: data of '{name}' is not base64: {error}")))?;
    Ok(NewFile {
        name: name.to_owned(),
        content_type: content_type.to_owned(),
        sha256: Sha256::digest(&bytes).into(),
        bytes: bytes.into(),
    })
}

impl Files {
    pub(crate) fn get(&self, id: u64) -> Option<&File> {
        self.by_id.get(&id)
    }

    pub(crate) fn count(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn total_bytes(&self) -> u64 {
        self.total_bytes
    }

    /// A picture whose bytes were kept.
    pub(crate) fn is_picture(&self, id: u64) -> bool {
        let file = self.by_id.get(&id);
        file.is_some_and(|file| PICTURES.contains(&file.content_type.as_str()) && self.bytes.contains_key(&file.sha256))
    }

    fn add(&mut self, id: u64, file: &NewFile) {
        let size = file.bytes.len();
        self.total_bytes += size as u64;
        if size <= KEPT_FILE_BYTES_MAX && self.kept + size <= KEPT_BYTES_MAX && !self.bytes.contains_key(&file.sha256) {
            self.kept += size;
            self.bytes.insert(file.sha256, file.bytes.clone());
        }
        self.by_id.insert(
            id,
            File {
                name: file.name.clone(),
                content_type: file.content_type.clone(),
                size: size as u64,
                sha256: file.sha256,
                remote_url: None,
            },
        );
    }
}

/// Stores the call's `attachment_files` and `attachment_urls`; the ids of the new files.
pub(crate) fn store(ws: &mut Workspace, call: &Call) -> Result<Box<[u64]>, Refusal> {
    let urls = urls(call)?;
    let mut ids = Vec::with_capacity(call.files.len() + urls.len());
    for file in &call.files {
        let id = ws.next.file();
        ws.files.add(id, file);
        ids.push(id);
    }
    // As documented for tickets: when both are given, the inline files win.
    if call.files.is_empty() {
        for url in urls {
            let id = ws.next.file();
            let name = url.path_segments().and_then(|mut path| path.next_back()).unwrap_or("").to_owned();
            let file = File {
                name: if name.is_empty() { "attachment".to_owned() } else { name },
                content_type: "image/png".to_owned(),
                size: 0,
                sha256: [0; 32],
                remote_url: Some(url.into()),
            };
            ws.files.by_id.insert(id, file);
            ids.push(id);
        }
    }
    Ok(ids.into())
}

/// Checks `attachment_urls` without storing anything.
pub(crate) fn urls(call: &Call) -> Result<Vec<Url>, Refusal> {
    let urls = match call.field("attachment_urls") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(urls)) if urls.len() <= FILES_MAX => urls,
        Some(_) => return Err(Refusal::invalid(format!("attachment_urls takes an array of at most {FILES_MAX} URLs"))),
    };
    urls.iter().map(|url| web_url(url.as_str().unwrap_or(""), "attachment_urls")).collect()
}

/// An absolute http(s) URL.
pub(crate) fn web_url(text: &str, name: &str) -> Result<Url, Refusal> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| Refusal::invalid(format!("{name}: '{text}' is not an absolute http(s) URL")))
}

/// Where a file is read.
pub(crate) fn url_of(file: &File, id: u64, base_url: &str) -> String {
    file.remote_url.clone().unwrap_or_else(|| format!("{base_url}/_files/{id}"))
}

/// The files of a message as the API shows them.
pub(crate) fn json(ws: &Workspace, ids: &[u64], base_url: &str) -> Vec<Value> {
    ids.iter()
        .filter_map(|&id| {
            let file = ws.files.get(id)?;
            Some(json!({
                "type": "upload",
                "name": file.name,
                "url": url_of(file, id, base_url),
                "content_type": file.content_type,
                "filesize": file.size,
            }))
        })
        .collect()
}

/// `GET /_files/{id}`.
pub(crate) fn read(ws: &Workspace, call: &Call) -> Answer {
    let id = call.number(0)?;
    let file = ws.files.get(id).ok_or_else(Refusal::no_resource)?;
    let bytes = ws.files.bytes.get(&file.sha256).ok_or_else(|| {
        let sha256 = hex::encode(file.sha256);
        Refusal::new(410, "not_found", format!("only name, size {} and SHA-256 {sha256} were kept", file.size))
    })?;
    let body = Body::File { name: file.name.clone(), content_type: file.content_type.clone(), bytes: bytes.clone() };
    Ok(Reply { status: 200, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_base64_and_an_eleventh_file_are_refused() {
        let bad = json!([{ "name": "a", "content_type": "text/plain", "data": "%%%" }]);
        assert_eq!(decode(&bad).unwrap_err().code, "parameter_invalid");
        let file = json!({ "name": "a", "content_type": "text/plain", "data": "YQ==" });
        assert_eq!(decode(&json!(vec![file.clone(); 10])).unwrap().len(), 10);
        assert_eq!(decode(&json!(vec![file; 11])).unwrap_err().status, 400);
    }

    #[test]
    fn only_absolute_web_urls_are_taken() {
        assert!(web_url("https://x.test/a.png", "x").is_ok());
        for bad in ["/a.png", "data:image/png;base64,AA", "ftp://x/a", ""] {
            assert!(web_url(bad, "x").is_err(), "{bad}");
        }
    }
}
