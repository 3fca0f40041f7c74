//! Two loaders on one stage: one loads, the other stops with a clear message before it has sent anything.

use std::process::{Output, Stdio};
use std::time::Duration;

use deskferry_load::testing::Desk;
use tokio::process::Command;

use crate::{kills, loader};

/// A stage in a folder, and a sandbox that is slow enough for two loaders to meet.
struct Scene {
    folder: tempfile::TempDir,
    sandbox: deskferry_sandbox::Running,
    /// Writes of one undisturbed load.
    writes: u64,
}

impl Scene {
    async fn new() -> Self {
        let desk = Desk { conversations: 60, parts: 4, files_every: 10 };
        let calm = kills::sandbox("", 1).await;
        let folder = tempfile::tempdir().unwrap();
        kills::loaded(desk, folder.path().to_str().unwrap(), &calm).await;
        let writes = kills::writes(&calm);
        let folder = tempfile::tempdir().unwrap();
        desk.publish(&loader::context(folder.path().to_str().unwrap())).await;
        Self { folder, sandbox: kills::sandbox("latency=5ms", 1).await, writes }
    }

    fn start(&self) -> tokio::process::Child {
        let url = format!("http://{}", self.sandbox.addr());
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("loader").arg(self.folder.path()).args([&url, "20"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap()
    }

    /// One of the two has failed, and all writes are those of one load.
    fn check(&self, ended: &[Output]) {
        let failed: Vec<&Output> = ended.iter().filter(|output| !output.status.success()).collect();
        assert_eq!(failed.len(), 1, "{ended:?}");
        let message = String::from_utf8_lossy(&failed[0].stderr);
        assert!(message.contains("another load"), "{message}");
        assert_eq!(kills::writes(&self.sandbox), self.writes, "nothing was sent by the second loader");
    }
}

pub(crate) async fn late_loader_stops_before_it_sends() {
    let scene = Scene::new().await;
    let first = scene.start();
    while kills::progress(&scene.sandbox) < 50 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let second = scene.start();
    let (first, second) = tokio::join!(first.wait_with_output(), second.wait_with_output());
    let (first, second) = (first.unwrap(), second.unwrap());
    assert!(first.status.success(), "{first:?}");
    scene.check(&[first, second]);
    println!("a second loader, started while the first is at work, stops before it sends anything: ok");
}

pub(crate) async fn of_two_at_once_one_stops_before_it_sends() {
    let scene = Scene::new().await;
    let (one, two) = (scene.start(), scene.start());
    let (one, two) = tokio::join!(one.wait_with_output(), two.wait_with_output());
    scene.check(&[one.unwrap(), two.unwrap()]);
    println!("of two loaders, started at once, one stops before it sends anything: ok");
}
