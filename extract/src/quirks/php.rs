//! Literals of a PHP settings file: `$hesk_settings['key']='text';`, numbers, `array(…)`. Nothing is evaluated; an assignment
//! whose value is an expression (`getenv(…)`) is passed over.

use serde_json::{Map, Value};

/// How deep arrays may lie inside arrays.
const DEPTH_MAX: u32 = 16;

/// The assignments to `$variable['key']` in the order of the file; a later one wins.
pub(crate) fn assignments(text: &str, variable: &str) -> Map<String, Value> {
    let mut found = Map::new();
    let mut reader = Reader { text: text.as_bytes(), at: 0 };
    let name = format!("${variable}");
    while reader.at < reader.text.len() {
        reader.blanks();
        let from = reader.at;
        if reader.word(&name)
            && let Some(key) = reader.index()
            && reader.sign(b'=')
            && reader.peek() != Some(b'=')
            && let Some(value) = reader.value(0)
            && reader.sign(b';')
        {
            found.insert(key, value);
        } else {
            reader.at = from;
            reader.pass();
        }
    }
    found
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        &self.text[self.at.min(self.text.len())..]
    }

    /// Passes blanks and comments.
    fn blanks(&mut self) {
        loop {
            let blank = self.rest().iter().take_while(|b| b.is_ascii_whitespace()).count();
            self.at += blank;
            let end: &[u8] = match self.rest() {
                [b'/', b'/', ..] | [b'#', ..] => b"\n",
                [b'/', b'*', ..] => b"*/",
                _ => return,
            };
            let found = self.rest().windows(end.len()).position(|w| w == end);
            self.at = found.map_or(self.text.len(), |f| self.at + f + end.len());
        }
    }

    /// Passes one thing that is of no interest: a text whole, so that nothing inside it is taken for an assignment.
    fn pass(&mut self) {
        if !matches!(self.peek(), Some(b'\'' | b'"')) || self.quoted().is_none() {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.rest().get(..word.len()).is_some_and(|t| t.eq_ignore_ascii_case(word.as_bytes()));
        if found {
            self.at += word.len();
        }
        found
    }

    fn sign(&mut self, sign: u8) -> bool {
        self.blanks();
        let found = self.peek() == Some(sign);
        self.at += usize::from(found);
        found
    }

    /// `['key']`.
    fn index(&mut self) -> Option<String> {
        if !self.sign(b'[') {
            return None;
        }
        self.blanks();
        let key = self.quoted()?;
        self.sign(b']').then_some(key)
    }

    fn quoted(&mut self) -> Option<String> {
        let quote = self.peek().filter(|b| matches!(b, b'\'' | b'"'))?;
        let mut text = Vec::new();
        let mut at = self.at + 1;
        loop {
            match *self.text.get(at)? {
                b'\\' => {
                    let escaped = *self.text.get(at + 1)?;
                    match (quote, escaped) {
                        (b'"', b'n') => text.push(b'\n'),
                        (b'"', b't') => text.push(b'\t'),
                        (_, b'\\' | b'\'' | b'"') => text.push(escaped),
                        _ => text.extend([b'\\', escaped]),
                    }
                    at += 2;
                }
                byte if byte == quote => break,
                byte => {
                    text.push(byte);
                    at += 1;
                }
            }
        }
        self.at = at + 1;
        Some(String::from_utf8_lossy(&text).into_owned())
    }

    fn value(&mut self, depth: u32) -> Option<Value> {
        self.blanks();
        if depth > DEPTH_MAX {
            return None;
        }
        if let Some(text) = self.quoted() {
            return Some(text.into());
        }
        for (word, value) in [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)] {
            if self.word(word) {
                return Some(value);
            }
        }
        if self.word("array") {
            return if self.sign(b'(') { self.array(b')', depth) } else { None };
        }
        if self.sign(b'[') {
            return self.array(b']', depth);
        }
        let length = self.rest().iter().take_while(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.')).count();
        let number: serde_json::Number = std::str::from_utf8(&self.rest()[..length]).ok()?.parse().ok()?;
        self.at += length;
        Some(number.into())
    }

    /// After the opening bracket: an object; entries without a key are numbered.
    fn array(&mut self, close: u8, depth: u32) -> Option<Value> {
        let mut entries = Map::new();
        let mut next = 0_u64;
        loop {
            if self.sign(close) {
                return Some(Value::Object(entries));
            }
            let first = self.value(depth + 1)?;
            self.blanks();
            if self.word("=>") {
                let key = match first {
                    Value::String(key) => key,
                    other => other.to_string(),
                };
                if let Ok(number) = key.parse::<u64>() {
                    next = next.max(number.saturating_add(1));
                }
                entries.insert(key, self.value(depth + 1)?);
            } else {
                entries.insert(next.to_string(), first);
                next += 1;
            }
            if !self.sign(b',') && {
                self.blanks();
                self.peek() != Some(close)
            } {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_are_read_whatever_their_spacing_and_nothing_is_evaluated() {
        let text = r#"<?php
// $hesk_settings['no']='comment';
$hesk_settings['title']='O\'Brien \\ "x" $y';
$hesk_settings [ "hesk_version" ] = "3.4.5" ; # spaced
$hesk_settings['db_pass'] = getenv('SECRET') ?: 'x';
$hesk_settings['trap']='; $hesk_settings[\'no\']=1;';
$hesk_settings['n']=-3; $hesk_settings['on']=TRUE;
if ($hesk_settings['n']=='5') { }
$hesk_settings['languages']=array(
'English' => array('folder'=>'en','hr'=>'------ Reply above ------'),
'Español' => ['folder'=>'es'], 'plain', );
$hesk_settings['n']=4;
"#;
        let found = assignments(text, "hesk_settings");
        assert_eq!(found["title"], "O'Brien \\ \"x\" $y");
        assert_eq!(found["hesk_version"], "3.4.5");
        assert_eq!(found["n"], 4);
        assert_eq!(found["on"], true);
        assert_eq!(found["languages"]["Español"]["folder"], "es");
        assert_eq!(found["languages"]["0"], "plain");
        assert!(!found.contains_key("no") && !found.contains_key("db_pass"));
    }

    #[test]
    fn broken_or_hostile_files_end() {
        for text in
            ["$hesk_settings['a']='", "$hesk_settings['a", "/* never closed", "'", "$hesk_settings['a']=array('x'=>"]
        {
            assert!(assignments(text, "hesk_settings").is_empty(), "{text}");
        }
        let deep = format!("$hesk_settings['a']={}1", "array(".repeat(100_000));
        assert!(assignments(&deep, "hesk_settings").is_empty());
    }
}
