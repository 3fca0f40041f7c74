//! How many rows a list has whose source does not say so: the place behind which there is nothing. Where places are counted by rows, a
//! few dozen calls of one row each find it.

use super::api::Failure;
use super::page::Query;
use super::paging::Position;
use super::route::Trial;

/// Places that are tried, each twice as far as the one before, until nothing is there.
const DOUBLINGS_MAX: u32 = 34;

impl Query<'_> {
    /// The number of rows, of which `seen` came with the first page; `None` where places are not counted by rows, or are not heeded.
    /// Rows that come or go meanwhile can make it wrong by as many.
    pub(super) async fn counted(&self, seen: u64) -> Result<Option<u64>, Failure> {
        if self.pager.first() != Position::Offset(0) || self.pager.size().is_none() || seen == 0 {
            return Ok(None);
        }
        let at = async |place: u64| -> Result<_, Failure> {
            let page = self.page_as(&Position::Offset(place), Trial::Brief).await?;
            Ok((!page.rows.is_empty()).then_some(page.hash))
        };
        let Some(next) = at(seen).await? else { return Ok(Some(seen)) };
        if at(0).await? == Some(next) {
            return Ok(None);
        }
        let (mut from, mut to) = (seen + 1, None);
        for _ in 0..DOUBLINGS_MAX {
            if at(from).await?.is_none() {
                to = Some(from);
                break;
            }
            from = from.saturating_mul(2);
        }
        let Some(mut to) = to else { return Ok(None) };
        // A row is before `from`, none is at `to`.
        let mut from = (to / 2).max(seen) + 1;
        while from < to {
            let middle = from + (to - from) / 2;
            match at(middle).await? {
                Some(_) => from = middle + 1,
                None => to = middle,
            }
        }
        Ok(Some(to))
    }
}
