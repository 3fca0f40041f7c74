//! The stage on a real S3-protocol server, started for the test on a free loopback port.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use deskferry_staging::Staging;

/// moto's server; it ends when this is dropped.
pub(crate) struct Server {
    child: Child,
    port: u16,
}

impl Server {
    /// An empty one on a free port.
    pub(crate) fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(python().with_file_name("moto_server"))
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the S3 server of the tests is missing: run `make test-deps`");
        let server = Self { child, port };
        let deadline = Instant::now() + Duration::from_secs(60);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "the S3 server did not start");
            std::thread::sleep(Duration::from_millis(100));
        }
        server
    }
}

impl Server {
    /// Makes a bucket; the server's address.
    pub(crate) async fn with_bucket(&self, name: &str) -> String {
        let endpoint = format!("http://127.0.0.1:{}", self.port);
        let created = reqwest::Client::new().put(format!("{endpoint}/{name}")).send().await.unwrap();
        assert!(created.status().is_success(), "{created:?}");
        endpoint
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The Python environment that `make test-deps` makes.
pub(crate) fn python() -> PathBuf {
    std::env::var_os("DESKFERRY_TEST_PYTHON").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache/deskferry/venv/bin/python"),
        PathBuf::from,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_s3_server_conforms() {
    let server = Server::start();
    let endpoint = server.with_bucket("stage").await;
    let options = [
        ("aws_endpoint", endpoint.as_str()),
        ("aws_allow_http", "true"),
        ("aws_access_key_id", "test"),
        ("aws_secret_access_key", "test"),
        ("aws_region", "us-east-1"),
    ];
    let staging = Staging::open("s3://stage/migration/one", options).unwrap();
    deskferry_staging::conformance::run(&staging).await.unwrap();
}
