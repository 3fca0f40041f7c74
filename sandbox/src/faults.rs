//! Faults on purpose: how they are written, how they are drawn.

use rand::Rng;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// What may go wrong with a call, and how often. Made from text:
///
/// ```
/// let faults: deskferry_sandbox::Faults =
///     "429=0.05,500=0.02,lost=0.01,timeout=0.01,latency=50ms..300ms,hang=30s".parse()?;
/// # Ok::<(), deskferry_sandbox::FaultsError>(())
/// ```
///
/// | item | the client sees | the work is |
/// |---|---|---|
/// | `429=P`, `500=P` … | that status | not done |
/// | `reset=P` | the connection closes | not done |
/// | `lost=P` | the connection closes without a reply | **done** |
/// | `timeout=P` | nothing for `hang` (120 s unless told), then the connection closes | **done** |
/// | `empty=P` | 200 without a body | **done** |
/// | `latency=A..B` or `latency=A` | every reply comes this much later | done |
///
/// Of webhooks: `repeat=P` sends an event again that was taken, `disorder=P` holds one back for up to two seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Faults {
    odds: Vec<(Fault, f64)>,
    latency: Option<(Duration, Duration)>,
    hang: Duration,
    repeat: f64,
    disorder: f64,
}

/// Longest time that an event is held back.
const HELD_BACK_MAX: Duration = Duration::from_secs(2);

/// One thing that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Status(u16),
    Reset,
    Lost,
    Timeout,
    Empty,
}

/// Text that does not describe faults; says what would.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{item}' is no fault: {reason}; use 429=P 500=P 502=P 503=P 504=P reset=P lost=P timeout=P empty=P with P from 0 to 1 (all together at most 1), latency=50ms..300ms and hang=120s; of webhooks repeat=P and disorder=P"
)]
pub struct FaultsError {
    item: String,
    reason: &'static str,
}

/// Nothing goes wrong.
impl Default for Faults {
    fn default() -> Self {
        Self { odds: Vec::new(), latency: None, hang: Duration::from_secs(120), repeat: 0.0, disorder: 0.0 }
    }
}

impl Faults {
    /// One draw per call: the delay and perhaps a fault.
    pub(crate) fn draw(&self, rng: &mut impl Rng) -> (Duration, Option<Fault>) {
        let latency = match self.latency {
            Some((low, high)) if high > low => low + (high - low).mul_f64(rng.random::<f64>()),
            Some((low, _)) => low,
            None => Duration::ZERO,
        };
        if self.odds.is_empty() {
            return (latency, None);
        }
        let mut chance = rng.random::<f64>();
        for &(fault, odds) in &self.odds {
            if chance < odds {
                return (latency, Some(fault));
            }
            chance -= odds;
        }
        (latency, None)
    }

    /// One draw per event: how long it is held back, and whether it is sent twice.
    pub(crate) fn draw_event(&self, rng: &mut impl Rng) -> (Duration, bool) {
        let is_late = self.disorder > 0.0 && rng.random::<f64>() < self.disorder;
        let delay = if is_late { HELD_BACK_MAX.mul_f64(rng.random::<f64>()) } else { Duration::ZERO };
        (delay, self.repeat > 0.0 && rng.random::<f64>() < self.repeat)
    }

    /// How long a timed-out reply is held back.
    pub(crate) fn hang(&self) -> Duration {
        self.hang
    }
}

impl Fault {
    /// Name in the counts of `/_sandbox/stats`.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Status(status) => status.to_string(),
            Self::Reset => "reset".to_owned(),
            Self::Lost => "lost".to_owned(),
            Self::Timeout => "timeout".to_owned(),
            Self::Empty => "empty".to_owned(),
        }
    }
}

impl FromStr for Faults {
    type Err = FaultsError;

    fn from_str(text: &str) -> Result<Self, FaultsError> {
        let mut faults = Self::default();
        let mut sum = 0.0;
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let fail = |reason| FaultsError { item: item.to_owned(), reason };
            let (name, value) = item.split_once('=').ok_or_else(|| fail("it has no '='"))?;
            let fault = match name.trim() {
                "latency" => {
                    faults.latency = Some(range(value).ok_or_else(|| fail("that is no time range"))?);
                    continue;
                }
                "repeat" | "disorder" => {
                    let odds: f64 = value.trim().parse().map_err(|_| fail("that is no number"))?;
                    if !(0.0..=1.0).contains(&odds) {
                        return Err(fail("the odds are beyond 1"));
                    }
                    *(if name.trim() == "repeat" { &mut faults.repeat } else { &mut faults.disorder }) = odds;
                    continue;
                }
                "hang" => {
                    faults.hang = duration(value).ok_or_else(|| fail("that is no time"))?;
                    continue;
                }
                "reset" => Fault::Reset,
                "lost" => Fault::Lost,
                "timeout" => Fault::Timeout,
                "empty" => Fault::Empty,
                "429" => Fault::Status(429),
                "500" => Fault::Status(500),
                "502" => Fault::Status(502),
                "503" => Fault::Status(503),
                "504" => Fault::Status(504),
                _ => return Err(fail("the name is unknown")),
            };
            let odds: f64 = value.trim().parse().map_err(|_| fail("that is no number"))?;
            sum += odds;
            if !(0.0..=1.0).contains(&odds) || sum > 1.0 + 1e-9 {
                return Err(fail("the odds are beyond 1"));
            }
            faults.odds.push((fault, odds));
        }
        Ok(faults)
    }
}

/// The form it is parsed from.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (fault, odds) in &self.odds {
            write!(f, "{}={odds},", fault.name())?;
        }
        if let Some((low, high)) = self.latency {
            write!(f, "latency={}ms..{}ms,", low.as_millis(), high.as_millis())?;
        }
        for (name, odds) in [("repeat", self.repeat), ("disorder", self.disorder)] {
            if odds > 0.0 {
                write!(f, "{name}={odds},")?;
            }
        }
        write!(f, "hang={}ms", self.hang.as_millis())
    }
}

fn range(text: &str) -> Option<(Duration, Duration)> {
    match text.split_once("..") {
        Some((low, high)) => {
            let (low, high) = (duration(low)?, duration(high)?);
            (low <= high).then_some((low, high))
        }
        None => duration(text).map(|time| (time, time)),
    }
}

fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    match text.strip_suffix("ms") {
        Some(number) => number.trim().parse().ok().map(Duration::from_millis),
        None => text.strip_suffix('s')?.trim().parse().ok().map(Duration::from_secs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn text_round_trips() {
        let text = "429=0.05,500=0.02,lost=0.01,timeout=0.01,latency=50ms..300ms,repeat=0.5,disorder=1,hang=2000ms";
        let faults: Faults = text.parse().unwrap();
        assert_eq!(faults.to_string(), text);
        assert_eq!(faults.hang(), Duration::from_secs(2));
        assert_eq!("".parse::<Faults>().unwrap(), Faults::default());
    }

    #[test]
    fn mistakes_say_what_is_allowed() {
        for text in
            ["lost", "lost=x", "lost=2", "lost=0.6,reset=0.6", "boom=0.1", "repeat=2", "latency=5", "latency=9ms..1ms"]
        {
            let error = text.parse::<Faults>().unwrap_err().to_string();
            assert!(error.contains("reset=P"), "{error}");
        }
    }

    #[test]
    fn same_seed_draws_the_same_faults_at_about_the_odds_given() {
        let faults: Faults = "500=0.2,lost=0.1,latency=1ms..3ms".parse().unwrap();
        let draw = |seed| {
            let mut rng = StdRng::seed_from_u64(seed);
            (0..2000).map(|_| faults.draw(&mut rng)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let lost = draw(7).iter().filter(|(_, fault)| *fault == Some(Fault::Lost)).count();
        assert!((140..260).contains(&lost), "{lost}");
        let in_range = |(latency, _): &(Duration, _)| (1..=3).contains(&latency.as_millis());
        assert!(draw(7).iter().all(in_range));
    }
}
