//! People inside of cells: followers, and the authors of the replies that 3.7 puts into one cell.

/// Name and address as they stand in the cell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Person {
    pub(super) name: Vec<u8>,
    pub(super) email: Vec<u8>,
}

/// `a@x,Name <b@y>`. Names may contain commas, so a part that is neither an address nor ends in one belongs to what follows.
pub(super) fn followers(cell: &[u8]) -> Vec<Person> {
    let mut people = Vec::new();
    let mut waiting: Vec<u8> = Vec::new();
    for part in cell.split(|b| *b == b',') {
        let is_first = waiting.is_empty();
        if !is_first {
            waiting.push(b',');
        }
        waiting.extend_from_slice(part);
        let text = waiting.trim_ascii();
        let bracket = text.iter().rposition(|b| *b == b'<').filter(|_| text.ends_with(b">"));
        let person = match bracket {
            Some(at) => Person {
                name: text[..at].trim_ascii().to_vec(),
                email: text[at + 1..text.len() - 1].trim_ascii().to_vec(),
            },
            None if is_first && text.contains(&b'@') && !text.contains(&b' ') => {
                Person { name: Vec::new(), email: text.to_vec() }
            }
            None => continue,
        };
        people.push(person);
        waiting.clear();
    }
    if !waiting.trim_ascii().is_empty() {
        people.push(Person { name: waiting.trim_ascii().to_vec(), email: Vec::new() });
    }
    people
}

/// One block of "Reply messages".
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reply<'a> {
    /// As stored, not decoded.
    pub(super) author: &'a [u8],
    /// A time like a DateTime cell.
    pub(super) date: &'a [u8],
    /// Plain text.
    pub(super) message: Vec<u8>,
}

/// `Reply by NAME\nDate 2026-04-07T18:05:11.000\nTEXT\n---\n`, again and again. `---` may stand in a text too, so a block begins
/// only where both of its first lines do.
pub(super) fn replies(cell: &[u8]) -> Vec<Reply<'_>> {
    const AUTHOR: &[u8] = b"Reply by ";
    const DATE: &[u8] = b"Date ";
    let lines: Vec<&[u8]> = cell.split(|b| *b == b'\n').collect();
    let begins = |at: usize| {
        let is_date = |line: &&[u8]| {
            line.strip_prefix(DATE).is_some_and(|d| d.len() >= 23 && d[4] == b'-' || d.starts_with(b"-"))
        };
        lines[at].starts_with(AUTHOR) && lines.get(at + 1).is_some_and(is_date) && (at == 0 || lines[at - 1] == b"---")
    };
    let starts: Vec<usize> = (0..lines.len()).filter(|at| begins(*at)).collect();
    let mut replies = Vec::with_capacity(starts.len());
    for (number, start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).copied().unwrap_or(lines.len());
        let mut text = &lines[start + 2..end];
        // The last block ends the cell with a line end, which leaves one empty line.
        if let Some((last, before)) = text.split_last()
            && last.is_empty()
            && before.last().is_some_and(|l| *l == b"---")
        {
            text = before;
        }
        if let Some((last, before)) = text.split_last()
            && *last == b"---"
        {
            text = before;
        }
        replies.push(Reply {
            author: lines[*start].strip_prefix(AUTHOR).unwrap_or_default(),
            date: lines[start + 1].strip_prefix(DATE).unwrap_or_default(),
            message: text.join(&b'\n'),
        });
    }
    // With the newest on top the order is turned, so that ids rise with time as in the database.
    if let [first, .., last] = replies.as_slice()
        && first.date > last.date
    {
        replies.reverse();
    }
    replies
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn followers_keep_their_commas() {
        let people = followers(b"a@x.example,Doe, Jane <j@y.example>,Nobody");
        let as_text: Vec<_> = people
            .iter()
            .map(|p| (String::from_utf8_lossy(&p.name).into_owned(), String::from_utf8_lossy(&p.email).into_owned()))
            .collect();
        assert_eq!(
            as_text,
            [
                (String::new(), "a@x.example".to_owned()),
                ("Doe, Jane".to_owned(), "j@y.example".to_owned()),
                ("Nobody".to_owned(), String::new())
            ]
        );
        assert!(followers(b"").is_empty());
    }

    #[test]
    fn replies_survive_dashes_in_their_text() {
        let cell =
            b"Reply by A &amp; B\nDate 2026-04-08T17:05:11.000\nWe see.\n---\nand Reply by\n---\nReply by C\nDate \
            2026-04-08T16:05:11.000\nfirst\n\n---\n";
        let found = replies(cell);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].author, found[0].message.as_slice()), (&b"C"[..], &b"first\n"[..]));
        assert_eq!(
            (found[1].author, found[1].message.as_slice()),
            (&b"A &amp; B"[..], &b"We see.\n---\nand Reply by"[..])
        );
        assert!(replies(b"").is_empty());
    }
}
