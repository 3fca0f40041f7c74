//! Gives the code of the transform a name that changes with it: what one version of it has made, another makes again.

#![allow(clippy::print_stdout)] // It is how a build script speaks to cargo.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hasher as _};
use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let mut files = BTreeSet::from([PathBuf::from("../Cargo.lock")]);
    let mut folders = vec![PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path);
            }
        }
    }
    let mut hasher = DefaultHasher::new();
    for file in &files {
        hasher.write(&std::fs::read(file)?);
    }
    println!("cargo:rerun-if-changed=src");
    println!("cargo:rerun-if-changed=../Cargo.lock");
    println!("cargo:rustc-env=DESKFERRY_TRANSFORM_CODE={:016x}", hasher.finish());
    Ok(())
}
