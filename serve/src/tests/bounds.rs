//! What clients can make the server hold.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;

/// Sends pieces with pauses between them; what comes back until the connection ends.
async fn raw(server: &Running, pieces: &[&[u8]], pause: Duration) -> String {
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).await.unwrap();
    for piece in pieces {
        if stream.write_all(piece).await.is_err() {
            break;
        }
        tokio::time::sleep(pause).await;
    }
    let mut answer = Vec::new();
    // A connection that was cut has said what it had to say.
    let _ = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer))
        .await
        .expect("it is never closed");
    String::from_utf8_lossy(&answer).into_owned()
}

fn head(more: &str) -> Vec<u8> {
    let signature = Secret::new(SECRET).unwrap().sign(b"");
    format!("POST / HTTP/1.1\r\nHost: x\r\nX-Hub-Signature: {signature}\r\n{more}\r\n").into_bytes()
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_without_being_read() {
    let staging = Staging::in_memory();
    let server = start(&staging, |settings| settings.body_bytes_max = 100_000).await;
    let announced = raw(&server, &[&head("Content-Length: 100000000\r\n")], Duration::ZERO).await;
    assert!(announced.starts_with("HTTP/1.1 413") && announced.contains("connection: close"), "{announced}");
    // Chunks do not say how many come.
    let chunk = [b"4000\r\n".to_vec(), vec![b'x'; 0x4000], b"\r\n".to_vec()].concat();
    let mut pieces: Vec<&[u8]> = vec![&chunk; 20];
    let start_of = head("Transfer-Encoding: chunked\r\n");
    pieces.insert(0, &start_of);
    let chunked = raw(&server, &pieces, Duration::ZERO).await;
    assert!(chunked.starts_with("HTTP/1.1 413"), "{chunked}");
    // Who sends all of it hears so too.
    let huge = "x".repeat(100 << 20);
    let signature = Secret::new(SECRET).unwrap().sign(b"");
    let answer = server.client.post(&server.url).header("X-Hub-Signature", signature).body(huge).send().await;
    assert!(answer.is_err() || answer.is_ok_and(|answer| answer.status().as_u16() == 413));
    assert!(server.metric("deskferry_events_total{outcome=\"oversized\"}").await >= 3.0);
    assert_eq!(server.signed(contact("1")).await.0, 200);
    assert_eq!(stored(&staging).await, ["1"]);
    server.stop().await;
}

#[tokio::test]
async fn a_body_of_just_the_size_is_taken() {
    let staging = Staging::in_memory();
    let body = contact("1");
    let server = start(&staging, |settings| settings.body_bytes_max = body.len()).await;
    assert_eq!(server.signed(body).await.0, 200);
    assert_eq!(server.signed(contact("10")).await.0, 413);
    server.stop().await;
}

#[tokio::test]
async fn slow_clients_are_cut_off() {
    let staging = Staging::in_memory();
    let server = start(&staging, |settings| settings.read_timeout = Duration::from_millis(300)).await;
    let pause = Duration::from_millis(100);
    let began = std::time::Instant::now();
    let drip: Vec<&[u8]> =
        vec![b"POST / HTTP/1.1\r\n", b"Host: x\r\n", b"A: a\r\n", b"B: b\r\n", b"C: c\r\n", b"D: d\r\n", b"E: e\r\n"];
    assert_eq!(raw(&server, &drip, pause).await, "", "a head that does not end is not answered");
    let body_head = head("Content-Length: 1000\r\n");
    let mut drip: Vec<&[u8]> = vec![b"{"; 8];
    drip.insert(0, &body_head);
    let body = raw(&server, &drip, pause).await;
    assert!(body.starts_with("HTTP/1.1 408"), "{body}");
    assert_eq!(raw(&server, &[b""], Duration::ZERO).await, "", "a connection on which nothing comes is closed");
    assert!(began.elapsed() < Duration::from_secs(8));
    assert_eq!(server.signed(contact("1")).await.0, 200);
    server.stop().await;
}

#[tokio::test]
async fn heads_are_bounded() {
    let staging = Staging::in_memory();
    let server = start(&staging, |_| {}).await;
    let many: String = (0..100).map(|n| format!("X-{n}: y\r\n")).collect();
    let answer = raw(&server, &[&head(&many)], Duration::ZERO).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    let large = format!("X-Large: {}\r\n", "y".repeat(200_000));
    let answer = raw(&server, &[&head(&large)], Duration::ZERO).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    let answer = raw(&server, &[b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n"], Duration::ZERO).await;
    assert!(answer.starts_with("HTTP/1.1 400") || answer.is_empty(), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn connections_are_bounded_in_number_and_in_life() {
    let staging = Staging::in_memory();
    let server = start(&staging, |settings| {
        settings.connections_max = 2;
        settings.read_timeout = Duration::from_millis(500);
        settings.connection_life = Duration::from_secs(1);
    })
    .await;
    let address = server.url.trim_start_matches("http://").to_owned();
    let idle = (TcpStream::connect(&address).await.unwrap(), TcpStream::connect(&address).await.unwrap());
    tokio::time::sleep(Duration::from_millis(50)).await;
    let began = std::time::Instant::now();
    assert_eq!(server.signed(contact("1")).await.0, 200, "it waits until one of the others is cut off");
    assert!(began.elapsed() > Duration::from_millis(300), "{:?}", began.elapsed());
    drop(idle);
    // One that keeps asking is ended all the same.
    let mut busy = TcpStream::connect(&address).await.unwrap();
    let asking = async {
        let mut answer = [0; 4096];
        for _ in 0..100 {
            if busy.write_all(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n").await.is_err() {
                return;
            }
            match busy.read(&mut answer).await {
                Ok(0) | Err(_) => return,
                Ok(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        panic!("it lives for ever");
    };
    tokio::time::timeout(Duration::from_secs(10), asking).await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn bodies_together_are_bounded() {
    let staging = Staging::in_memory();
    let server = start(&staging, |settings| {
        settings.held_bytes_max = 64 << 10;
        settings.read_timeout = Duration::from_millis(400);
    })
    .await;
    let half = [head("Content-Length: 200000\r\n"), vec![b'x'; 150_000]].concat();
    let (pieces, pause) = ([half.as_slice()], Duration::from_millis(600));
    let (one, two) = tokio::join!(raw(&server, &pieces, pause), raw(&server, &pieces, pause));
    assert!(one.starts_with("HTTP/1.1 408") && two.starts_with("HTTP/1.1 408"), "{one} {two}");
    assert_eq!(server.signed(contact("1")).await.0, 200, "what they held is free again");
    server.stop().await;
}
