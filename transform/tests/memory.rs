//! Memory is bounded, whatever the number of rows.

#[path = "support/many_messages.rs"]
mod many_messages;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transform_of_many_messages_sorts_on_disk_and_keeps_the_written_order() {
    many_messages::measure(20_000, 16 << 20).await;
}
