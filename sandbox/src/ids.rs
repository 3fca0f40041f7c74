//! Ids: 24 hex digits for contacts and companies, numbers for the rest, UUIDs for requests and options.
//! All follow from the seed and a running number.

/// Running numbers, one per kind of object.
#[derive(Debug, Clone)]
pub(crate) struct Next {
    contact: u32,
    company: u32,
    thread: u64,
    part: u64,
    file: u64,
    ticket_number: u64,
    other: u64,
}

impl Next {
    pub(crate) fn new(seed: u64) -> Self {
        // A different start per seed: code that mixes up workspaces does not work by accident.
        let thread = 100 + mix(seed) % 900;
        Self { contact: 0, company: 0, thread, part: 1000, file: 0, ticket_number: 0, other: 100 }
    }

    pub(crate) fn contact(&mut self) -> u32 {
        self.contact += 1;
        self.contact
    }

    pub(crate) fn company(&mut self) -> u32 {
        self.company += 1;
        self.company
    }

    /// Conversations and tickets share one row of numbers.
    pub(crate) fn thread(&mut self) -> u64 {
        self.thread += 1;
        self.thread
    }

    pub(crate) fn part(&mut self) -> u64 {
        self.part += 1;
        self.part
    }

    pub(crate) fn file(&mut self) -> u64 {
        self.file += 1;
        self.file
    }

    /// The number of a ticket that people see; not its id.
    pub(crate) fn ticket_number(&mut self) -> u64 {
        self.ticket_number += 1;
        self.ticket_number
    }

    pub(crate) fn other(&mut self) -> u64 {
        self.other += 1;
        self.other
    }
}

/// What a 24-hex id is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum HexKind {
    Contact = 0x63,
    Company = 0x64,
}

/// The 24-hex id of the nth contact or company. It holds n, so that no table of ids is needed.
pub(crate) fn hex_id(kind: HexKind, n: u32, seed: u64) -> String {
    let kind_seed = seed ^ ((kind as u64) << 32);
    let tail = mix(kind_seed ^ u64::from(n)) & 0xff_ffff_ffff_ffff;
    format!("{:02x}{n:08x}{tail:014x}", kind as u8)
}

/// The running number inside a 24-hex id of this workspace.
pub(crate) fn parse_hex_id(kind: HexKind, id: &str, seed: u64) -> Option<u32> {
    if id.len() != 24 || !id.is_ascii() {
        return None;
    }
    let n = u32::from_str_radix(&id[2..10], 16).ok()?;
    (hex_id(kind, n, seed) == id).then_some(n)
}

/// A UUID made of the seed and a number.
pub(crate) fn uuid(seed: u64, n: u64) -> String {
    let (a, b) = (mix(seed ^ mix(n)), mix(seed.wrapping_add(mix(n ^ 0x5555))));
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xfff,
        0x8000 | (b >> 50),
        b & 0xffff_ffff_ffff
    )
}

/// splitmix64: spreads neighbouring numbers far apart.
fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_ids_have_24_digits_and_are_read_back_in_their_workspace_only() {
        for n in [1, 77, u32::MAX] {
            let id = hex_id(HexKind::Contact, n, 7);
            assert_eq!(id.len(), 24);
            assert!(id.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase()));
            assert_eq!(parse_hex_id(HexKind::Contact, &id, 7), Some(n));
            assert_eq!(parse_hex_id(HexKind::Contact, &id, 8), None);
            assert_eq!(parse_hex_id(HexKind::Company, &id, 7), None);
        }
        assert_eq!(parse_hex_id(HexKind::Contact, "é34567890123456789012345", 7), None);
    }

    #[test]
    fn uuids_have_their_form() {
        let id = uuid(1, 2);
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
        assert_ne!(id, uuid(1, 3));
    }
}
