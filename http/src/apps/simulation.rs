//! Threads that have always something to send, and a server that counts in windows, millisecond by millisecond on a made-up
//! clock: how many of the granted calls are used, and how many are refused.

use super::*;

/// How a simulation is set up. Times are in milliseconds.
#[derive(Clone, Copy)]
struct World {
    apps: usize,
    threads: usize,
    /// Calls granted to each app in a window, by the time of the server since the start.
    limit: fn(i64) -> u64,
    workspace: Option<u64>,
    /// Calls that another user of the first app's token sends per second, as chance has it, by the time since the start.
    others: fn(i64) -> u64,
    /// Round trips, evenly spread.
    trip: (i64, i64),
    /// Per cent of a trip that is the way there.
    way_there: i64,
    /// How far the server's clock is ahead, by the time since the start.
    ahead: fn(i64) -> i64,
    /// How much later than its clock says the server ends a window.
    late: i64,
    /// Share of the limit that the client is to use.
    share: f64,
    windows: i64,
}

const USUAL: World = World {
    apps: 1,
    threads: 64,
    limit: |_| 1666,
    workspace: None,
    others: |_| 0,
    trip: (50, 300),
    way_there: 0,
    ahead: |_| 0,
    late: 0,
    share: 1.0,
    windows: 12,
};

/// What the server counted in one window.
#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    granted: u64,
    used: u64,
    refused: u64,
}

struct OnTheWay {
    app: usize,
    sent: i64,
    arrives: i64,
    comes_back: i64,
    reply: Option<(u16, HeaderMap)>,
}

struct Server {
    world: World,
    /// The window that is counted: by apps, by others.
    window: i64,
    used: Vec<u64>,
    others: u64,
    counted: Vec<Counted>,
}

impl Server {
    fn begin(&mut self, window: i64) {
        if window != self.window {
            self.window = window;
            self.used.fill(0);
            self.others = 0;
            self.counted.push(Counted::default());
        }
    }

    /// One millisecond at `clock` of its own.
    fn tick(&mut self, clock: i64, since: i64, chance: u64) {
        self.begin((clock - self.world.late).div_euclid(10_000));
        let limit = (self.world.limit)(since);
        if chance % 1000 < (self.world.others)(since) && self.used[0] + self.others < limit {
            self.others += 1;
        }
        let (used, others) = (self.used.iter().sum(), self.others);
        let granted = self.world.workspace.unwrap_or(u64::MAX).min(limit * self.used.len() as u64 - others);
        let counted = self.counted.last_mut().unwrap();
        (counted.granted, counted.used) = (granted, used);
    }

    fn count(&mut self, app: usize, since: i64) -> (u16, HeaderMap) {
        let limit = (self.world.limit)(since);
        let others = if app == 0 { self.others } else { 0 };
        let full = self.used[app] + others >= limit;
        let refused = full || self.world.workspace.is_some_and(|most| self.used.iter().sum::<u64>() >= most);
        self.used[app] += u64::from(!refused);
        self.counted.last_mut().unwrap().refused += u64::from(refused);
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-limit", limit.into());
        headers.insert("x-ratelimit-remaining", limit.saturating_sub(self.used[app] + others).into());
        headers.insert("x-ratelimit-reset", ((self.window + 1) * 10).into());
        (if refused { 429 } else { 200 }, headers)
    }
}

/// Runs it; what was counted in the whole windows, less the first `skip`.
fn run(world: World, skip: usize) -> Vec<Counted> {
    const START: i64 = 1_700_000_003_456;
    let apps = Apps::new(world.apps, None, world.share);
    let mut server = Server { world, window: -1, used: vec![0; world.apps], others: 0, counted: Vec::new() };
    let mut way: Vec<OnTheWay> = Vec::new();
    let (mut ask_again, mut seed) = (START, 1_u64);
    let mut chance = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 33
    };
    for now in START..START + world.windows * 10_000 {
        let since = now - START;
        let clock = now + (world.ahead)(since);
        server.tick(clock, since, chance());
        for call in way.iter_mut().filter(|c| c.arrives == now) {
            call.reply = Some(server.count(call.app, since));
        }
        let mut back = false;
        for call in way.extract_if(.., |c| c.comes_back == now) {
            let (status, mut headers) = call.reply.unwrap();
            let date = chrono::DateTime::from_timestamp_millis(clock).unwrap().to_rfc2822();
            headers.insert("date", date.parse().unwrap());
            apps.replied(call.app, &headers, status, call.sent, now);
            if status == 429 && crate::rate_limit::has_room(&headers) {
                apps.workspace_refused(call.app, &headers, now);
            }
            back = true;
        }
        while way.len() < world.threads && (back || now >= ask_again) {
            match apps.ask(None, now) {
                Turn::Now(app) => {
                    let (least, most) = world.trip;
                    let trip = least + chance() as i64 % (most - least + 1);
                    // Less than a millisecond there is more than none.
                    let arrives = now + 1 + trip * world.way_there / 100;
                    way.push(OnTheWay { app, sent: now, arrives, comes_back: now + 1 + trip, reply: None });
                }
                Turn::Wait(wait) => {
                    ask_again = now + wait.as_millis() as i64;
                    break;
                }
            }
        }
    }
    server.counted.pop();
    server.counted.split_off(1 + skip)
}

/// Share of the granted calls that was used, in thousandths; refused calls in a hundred thousand.
fn share(counted: &[Counted]) -> (u64, u64) {
    let sum = |f: fn(&Counted) -> u64| counted.iter().map(f).sum::<u64>();
    (sum(|c| c.used) * 1000 / sum(|c| c.granted), sum(|c| c.refused) * 100_000 / sum(|c| c.used))
}

#[track_caller]
fn assert_full(world: World, skip: usize) {
    let counted = run(world, skip);
    let (used, refused) = share(&counted);
    assert!(used >= 970 && refused < 100, "{used} ‰ used, {refused} of 100,000 refused: {counted:#?}");
}

#[test]
fn a_window_is_used_up_at_any_limit_and_round_trip() {
    let limits: [fn(i64) -> u64; 3] = [|_| 83, |_| 166, |_| 1666];
    for limit in limits {
        for trip in [(1, 2), (50, 50), (300, 300), (50, 300)] {
            for way_there in [0, 90] {
                assert_full(World { limit, trip, way_there, windows: 6, ..USUAL }, 0);
            }
        }
    }
}

#[test]
fn clocks_that_differ_or_drift_cost_nothing() {
    let clocks: [fn(i64) -> i64; 5] =
        [|_| -4_321, |_| 86_399_777, |_| 250, |since| since / 10_000, |since| -since / 10_000];
    for ahead in clocks {
        for way_there in [0, 50] {
            assert_full(World { ahead, way_there, ..USUAL }, 0);
        }
    }
}

#[test]
fn a_server_that_ends_its_windows_late_refuses_a_few_calls_once() {
    for late in [120, 900] {
        let world = World { late, limit: |_| 166, ..USUAL };
        let refused: u64 = run(world, 0).iter().map(|c| c.refused).sum();
        assert!(refused <= 4, "{refused}");
        assert_full(world, 2);
    }
}

#[test]
fn a_clock_that_is_set_while_running_costs_a_window() {
    for jump in [-3_000, 3_000] {
        let ahead: fn(i64) -> i64 = if jump < 0 {
            |since| if since > 42_000 { -3_000 } else { 0 }
        } else {
            |since| if since > 42_000 { 3_000 } else { 0 }
        };
        let counted = run(World { ahead, ..USUAL }, 0);
        let refused: u64 = counted.iter().map(|c| c.refused).sum();
        // Nobody can know it before a reply says so: what was on its way then is refused, once.
        assert!(refused <= 64, "{jump}: {counted:#?}");
        assert!(share(counted.get(6..).unwrap()).0 >= 970, "{jump}: {counted:#?}");
    }
}

#[test]
fn what_another_app_eats_is_left_to_it() {
    let limits: [fn(i64) -> u64; 2] = [|_| 166, |_| 1666];
    for limit in limits {
        // Three tenths of the grant; and some that comes and goes.
        let eaters: [fn(i64) -> u64; 2] = if limit(0) == 166 {
            [|_| 5, |since| if since / 15_000 % 2 == 0 { 5 } else { 0 }]
        } else {
            [|_| 50, |since| if since / 15_000 % 2 == 0 { 50 } else { 0 }]
        };
        for others in eaters {
            assert_full(World { limit, others, windows: 25, ..USUAL }, 0);
        }
    }
}

#[test]
fn a_limit_that_changes_is_followed_without_a_storm() {
    let changes: [fn(i64) -> u64; 4] = [
        |since| if since < 43_000 { 1666 } else { 166 },
        |since| if since < 43_000 { 166 } else { 1666 },
        |since| if since < 46_544 { 1666 } else { 166 },
        |since| if since < 46_544 { 166 } else { 1666 },
    ];
    for limit in changes {
        let counted = run(World { limit, ..USUAL }, 0);
        let refused: u64 = counted.iter().map(|c| c.refused).sum();
        // A limit that falls finds calls on their way.
        assert!(refused <= 64, "{counted:#?}");
        assert!(share(counted.get(5..).unwrap()).0 >= 970, "{counted:#?}");
        assert_eq!(counted.get(5..).unwrap().iter().map(|c| c.refused).sum::<u64>(), 0, "{counted:#?}");
    }
}

#[test]
fn several_apps_use_all_that_is_granted_to_each() {
    assert_full(World { apps: 3, threads: 192, limit: |_| 166, ..USUAL }, 0);
}

#[test]
fn several_apps_share_the_limit_of_their_workspace() {
    let world = World { apps: 3, threads: 192, limit: |_| 1666, workspace: Some(4166), windows: 20, ..USUAL };
    // It is met once, with all that is on its way; from then on it is known.
    let first: u64 = run(world, 0).iter().map(|c| c.refused).sum();
    assert!(first <= 192 + 40, "{first}");
    assert_full(world, 2);
}

#[test]
fn no_more_than_the_share_that_was_set_is_used_whatever_others_leave() {
    let limits: [fn(i64) -> u64; 3] = [|_| 166, |_| 1666, |since| if since < 43_000 { 1666 } else { 166 }];
    for (n, limit) in limits.into_iter().enumerate() {
        for apps in [1, 2] {
            let world = World { apps, threads: 256, limit, share: 0.5, windows: 20, ..USUAL };
            let counted = run(world, 0);
            // Where the limit falls, calls of ours that went out before count for one window more.
            let settled = counted.get(if n == 2 { 6 } else { 0 }..).unwrap();
            assert!(settled.iter().all(|c| 2 * c.used <= c.granted), "{counted:#?}");
            let (used, refused) = share(settled);
            assert!(used >= 460 && refused == 0, "{used} ‰ used, {refused} refused: {counted:#?}");
        }
    }
}
