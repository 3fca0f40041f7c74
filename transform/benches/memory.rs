//! A million messages through a transform in 512 and in 128 MiB: `cargo bench -p deskferry-transform --bench memory`.
//! Prints time and peak memory of the process as each table is written.

#[path = "../tests/support/many_messages.rs"]
mod many_messages;

fn main() -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    for mib in [512, 128] {
        runtime.block_on(many_messages::measure(1_000_000, mib << 20));
    }
    Ok(())
}
