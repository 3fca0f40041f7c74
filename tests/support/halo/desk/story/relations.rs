//! Stories of tickets that belong together.

use super::super::Desk;
use super::super::lookup::{CLOSED, MERGED as MERGED_OUTCOME};
use super::super::staff::ANN;
use super::super::thread::told;
use super::super::ticket::{Action, Author, Part, Ticket};
use super::{
    CHILDREN, DELETED, GRANDCHILD, MERGED, MERGED_INTO, PARENT, Told, UNMERGED, UNMERGED_FROM, base, closed, hour,
    talk, with_talk,
};

pub(super) fn all(desk: &Desk) -> Vec<Told> {
    let mut all = merged(desk).to_vec();
    all.extend(unmerged(desk));
    all.extend(tree(desk));
    let mut deleted = base(desk, DELETED, "Deleted");
    deleted.brief.deleted = true;
    all.push(with_talk(desk, deleted));
    all
}

/// The entry that the desk writes when tickets are merged or taken apart.
fn merge_entry(desk: &Desk, ticket: &Ticket, id: i64, text: &str, hours: i64) -> Action {
    let mut entry = told(desk, ticket, id, Part::Event, Author::Agent(ANN), MERGED_OUTCOME, hour(ticket, hours));
    entry.hidden = true;
    entry.body.plain = text.into();
    entry
}

fn merged(desk: &Desk) -> [Told; 2] {
    let mut source = base(desk, MERGED, "Merged into another");
    closed(&mut source, CLOSED);
    source.merged_into = MERGED_INTO;
    let left = vec![merge_entry(desk, &source, 1, "Merged into 1005", 4)];
    let target = base(desk, MERGED_INTO, "Merged from another");
    let mut thread = talk(desk, &target);
    // What was said in the other ticket is here now, with numbers and times between this one's.
    for (at, action) in talk(desk, &source).into_iter().take(4).enumerate() {
        let id = 5 + at as i64;
        thread.push(Action { ticket: MERGED_INTO, id, merged_from: MERGED, part: part_of_moved(&action), ..action });
    }
    [(source, left), (target, thread)]
}

/// The opening of a merged ticket is a message like others in the target.
fn part_of_moved(action: &Action) -> Part {
    if action.part == Part::Opening { Part::Reply } else { action.part }
}

fn unmerged(desk: &Desk) -> [Told; 2] {
    let source = base(desk, UNMERGED, "Merged and taken apart");
    let mut thread = talk(desk, &source);
    thread.push(merge_entry(desk, &source, 5, "Unmerged from 1007", 4));
    let target = base(desk, UNMERGED_FROM, "Had another in it");
    let mut left = talk(desk, &target);
    left.push(merge_entry(desk, &target, 5, "1006 was unmerged", 4));
    [(source, thread), (target, left)]
}

fn tree(desk: &Desk) -> Vec<Told> {
    let child = |id: i64, parent: i64| {
        let mut ticket = base(desk, id, "Child");
        ticket.brief.parent = parent;
        with_talk(desk, ticket)
    };
    let mut root = base(desk, PARENT, "Parent");
    root.related = vec![UNMERGED];
    vec![with_talk(desk, root), child(CHILDREN[0], PARENT), child(CHILDREN[1], PARENT), child(GRANDCHILD, CHILDREN[1])]
}
