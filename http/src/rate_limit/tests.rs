//! The budget, reply by reply.

use super::*;

fn seen(limit: u64, remaining: u64, reset_s: i64) -> Option<Seen> {
    Some(Seen { limit, remaining, reset_s, refused: false })
}

fn full(limit: u64, reset_s: i64) -> Option<Seen> {
    Some(Seen { limit, remaining: 0, reset_s, refused: true })
}

/// A budget after one reply, received at 5 ms.
fn after(seen: Option<Seen>) -> Budget {
    let mut budget = Budget::default();
    budget.sent();
    budget.replied(seen, None, 0, 5);
    budget
}

fn waits(room: Room) -> bool {
    matches!(room, Room::Wait(_))
}

#[test]
fn first_call_goes_out_alone() {
    let mut budget = Budget::default();
    assert_eq!(budget.room(0), Room::For(1));
    budget.sent();
    assert!(waits(budget.room(0)));
    budget.replied(None, None, 0, 5);
    assert_eq!(budget.room(6), Room::For(u64::MAX >> 1));
}

#[test]
fn calls_on_their_way_are_taken_off_what_remains() {
    let mut budget = after(seen(10, 2, 10));
    assert_eq!(budget.room(6), Room::For(2));
    budget.sent();
    budget.sent();
    assert!(waits(budget.room(6)));
}

#[test]
fn a_window_that_others_have_used_up_is_waited_for() {
    let mut budget = after(seen(100, 90, 10));
    budget.sent();
    budget.replied(seen(100, 0, 10), None, 6, 9);
    assert!(waits(budget.room(9_999)));
    assert_eq!(budget.room(10_000 + MARGIN_MS), Room::For(1));
}

#[test]
fn what_others_will_take_is_left_to_them() {
    let mut budget = after(seen(100, 99, 10));
    budget.sent();
    // 40 of others in 4 s, 60 left: 10 and some for chance go in the next second.
    budget.replied(seen(100, 59, 10), None, 4_000, 4_010);
    let Room::For(room) = budget.room(5_000) else { panic!() };
    assert!((40..50).contains(&room), "{room}");
}

#[test]
fn the_first_window_end_is_crossed_by_one_call_and_the_next_by_a_second_of_calls() {
    let mut budget = after(seen(100, 0, 10));
    assert_eq!(budget.room(10_010), Room::For(1));
    budget.sent();
    assert!(waits(budget.room(10_020)));
    budget.replied(seen(100, 99, 20), None, 10_010, 10_100);
    assert_eq!(budget.room(10_101), Room::For(99));
    assert_eq!(budget.room(20_010), Room::For(10));
    assert_eq!(budget.room(21_010), Room::For(20));
}

#[test]
fn a_late_reply_of_an_old_window_changes_nothing() {
    let mut budget = after(seen(10, 9, 20));
    assert_eq!(budget.room(6), Room::For(9));
    budget.sent();
    budget.replied(seen(10, 0, 10), None, 6, 11_005);
    assert_eq!(budget.room(11_010), Room::For(9));
}

#[test]
fn a_window_that_had_not_ended_is_gone_back_to_and_ends_later_from_then_on() {
    let mut budget = after(seen(10, 0, 10));
    assert_eq!(budget.room(10_010), Room::For(1));
    budget.sent();
    budget.replied(full(10, 10), None, 10_010, 10_060);
    assert!(waits(budget.room(10_100)));
    assert_eq!(budget.room(10_260), Room::For(1));
    assert_eq!(budget.end(20), 20_260);
}

#[test]
fn a_refused_call_closes_its_window() {
    let mut budget = after(full(10, 10));
    assert!(waits(budget.room(6)));
    assert!(waits(budget.room(9_999)));
}

#[test]
fn a_limit_that_changes_inside_a_window_is_taken_from_the_newest_call() {
    let mut budget = after(seen(100, 99, 10));
    (0..2).for_each(|_| budget.sent());
    budget.replied(seen(50, 47, 10), None, 20, 30);
    assert_eq!(budget.room(31), Room::For(50 - 3 - 1));
    // Sent before and answered after: its limit is an old one.
    budget.replied(seen(100, 98, 10), None, 10, 40);
    assert_eq!(budget.room(41), Room::For(50 - 3));
    budget.sent();
    budget.replied(seen(200, 196, 10), None, 50, 60);
    assert_eq!(budget.room(61), Room::For(196));
}

#[test]
fn a_clock_that_is_set_back_does_not_stop_the_load() {
    let mut budget = Budget::default();
    budget.sent();
    budget.replied(seen(10, 0, 3_610), None, 3_600_000, 3_600_005);
    assert!(waits(budget.room(3_600_010)));
    assert_eq!(budget.room(10), Room::For(1));
}

#[test]
fn a_429_with_room_is_no_used_up_window_unless_it_says_when_to_come_back() {
    let mut headers = HeaderMap::new();
    for (name, value) in [("x-ratelimit-limit", 10), ("x-ratelimit-remaining", 5), ("x-ratelimit-reset", 10)] {
        headers.insert(name, value.into());
    }
    assert_eq!(Seen::read(&headers, 429, 0).map(|s| (s.remaining, s.refused)), Some((5, true)));
    headers.insert("retry-after", 3.into());
    assert_eq!(Seen::read(&headers, 429, 0).map(|s| (s.remaining, s.refused)), Some((0, true)));
    assert_eq!(Seen::read(&HeaderMap::new(), 429, 0), None);
}
