//! `mysql://user:password@host:port/database?ssl=true` to what a connection needs.
//!
//! Read leniently, because passwords come from the environment as they are: the last `@` ends them, so that `@`, `:`, `/` and
//! `#` in a password need no escapes; `%40` and the like are decoded.

use std::fmt;

use mysql_async::{Opts, OptsBuilder, SslOpts};

use crate::{Error, Result};

const DEFAULT_PORT: u16 = 3306;
const KEY: &str = "[source] url";
const FORM: &str = "the form is mysql://user:password@host:3306/database, with ?ssl=true, ?ssl_verify=false, ?ssl_ca=FILE or \
                    ?socket=PATH where needed";

/// Where to connect, and as whom. Shown without the password.
#[derive(Clone)]
pub(super) struct Target {
    user: String,
    password: String,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) database: String,
    socket: Option<String>,
    pub(super) tls: Option<Tls>,
}

/// How the connection is encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tls {
    /// Whether the server must prove who it is.
    verify: bool,
    /// File of the authority that has signed the server's certificate.
    authority: Option<String>,
}

impl Target {
    /// Takes a url apart.
    ///
    /// # Errors
    /// `Setting` where it is not of the form; the text never holds the password.
    pub(super) fn parse(url: &str) -> Result<Self> {
        let (address, parameters) = split_parameters(url);
        let rest = ["mysql://", "mariadb://"].iter().find_map(|scheme| address.strip_prefix(scheme));
        let rest = rest.ok_or_else(|| wrong("it does not begin with mysql://"))?;
        let (login, place) = rest.rsplit_once('@').unwrap_or(("", rest));
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        let (server, database) = place.split_once('/').ok_or_else(|| wrong("it names no database"))?;
        let (host, port) = split_port(server)?;
        let mut target = Self {
            user: decode(user),
            password: decode(password),
            host,
            port,
            database: decode(database),
            socket: None,
            tls: None,
        };
        if target.user.is_empty() {
            return Err(wrong("it names no user"));
        }
        if target.database.is_empty() {
            return Err(wrong("it names no database"));
        }
        for parameter in parameters.split('&').filter(|p| !p.is_empty()) {
            target.parameter(parameter)?;
        }
        Ok(target)
    }

    fn parameter(&mut self, parameter: &str) -> Result<()> {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let on = || match value {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(wrong(&format!("`{name}` is true or false"))),
        };
        let tls = Tls { verify: true, authority: None };
        match name {
            "ssl" => self.tls = if on()? { self.tls.take().or(Some(tls)) } else { None },
            "ssl_verify" => self.tls.get_or_insert(tls).verify = on()?,
            "ssl_ca" => self.tls.get_or_insert(tls).authority = Some(decode(value)),
            "socket" => self.socket = Some(decode(value)),
            _ => return Err(wrong(&format!("`{name}` is not one of its parameters"))),
        }
        Ok(())
    }

    /// The driver's options. The setup statements are run on every connection that is made.
    pub(super) fn options(&self, setup: &[&str]) -> Opts {
        let tls = self.tls.as_ref().map(|tls| {
            let authorities = tls.authority.iter().map(|file| std::path::PathBuf::from(file).into()).collect();
            SslOpts::default()
                .with_root_certs(authorities)
                .with_danger_accept_invalid_certs(!tls.verify)
                .with_danger_skip_domain_validation(!tls.verify)
        });
        OptsBuilder::default()
            .ip_or_hostname(&self.host)
            .tcp_port(self.port)
            .user(Some(&self.user))
            .pass(Some(&self.password))
            .db_name(Some(&self.database))
            .socket(self.socket.as_deref())
            // A loopback port may be a tunnel to another server than the one behind the local socket.
            .prefer_socket(false)
            .ssl_opts(tls)
            .max_allowed_packet(Some(1 << 30))
            .wait_timeout(Some(28_800))
            .setup(setup.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>())
            .into()
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mysql://{}@{}:{}/{}", self.user, self.host, self.port, self.database)
    }
}

/// The parameters, which begin at a `?` after the last `@`: one in the password begins none.
fn split_parameters(url: &str) -> (&str, &str) {
    let login_ends = url.rfind('@').unwrap_or(0);
    match url[login_ends..].find('?') {
        Some(at) => (&url[..login_ends + at], &url[login_ends + at + 1..]),
        None => (url, ""),
    }
}

fn split_port(server: &str) -> Result<(String, u16)> {
    let (host, port) = match server.strip_prefix('[').and_then(|s| s.split_once(']')) {
        Some((host, rest)) => (host, rest.strip_prefix(':')),
        None => server.split_once(':').map_or((server, None), |(host, port)| (host, Some(port))),
    };
    let port = match port {
        None => DEFAULT_PORT,
        Some(text) => text.parse().map_err(|_| wrong("its port is not a number below 65536"))?,
    };
    if host.is_empty() { Err(wrong("it names no host")) } else { Ok((host.to_owned(), port)) }
}

/// Decodes `%XX`; a `%` that begins no such pair stays.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let pair = (*first == b'%').then(|| after.get(..2)).flatten();
        match pair.and_then(|pair| hex::decode(pair).ok()) {
            Some(byte) => {
                bytes.extend(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn wrong(reason: &str) -> Error {
    Error::Setting { key: KEY, reason: reason.to_owned(), hint: FORM.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_with_every_separator_is_read_and_never_shown() {
        let target =
            Target::parse("mysql://rea%64er:p@ss:w/rd#?%3F5%@db.example:3307/hesk?ssl=true&ssl_verify=false").unwrap();
        assert_eq!((target.user.as_str(), target.password.as_str()), ("reader", "p@ss:w/rd#??5%"));
        assert_eq!((target.host.as_str(), target.port, target.database.as_str()), ("db.example", 3307, "hesk"));
        assert_eq!(target.tls, Some(Tls { verify: false, authority: None }));
        assert_eq!(target.to_string(), "mysql://reader@db.example:3307/hesk");
    }

    #[test]
    fn port_is_3306_unless_given_and_ipv6_has_brackets() {
        assert_eq!(Target::parse("mysql://u@localhost/d").unwrap().port, 3306);
        let target = Target::parse("mariadb://u@[::1]:9/d").unwrap();
        assert_eq!((target.host.as_str(), target.port), ("::1", 9));
    }

    #[test]
    fn unusable_urls_say_what_is_missing_without_the_password() {
        for (url, reason) in [
            ("postgres://u:secret@h/d", "does not begin with mysql://"),
            ("mysql://u:secret@h", "names no database"),
            ("mysql://u:secret@h/", "names no database"),
            ("mysql://h/d", "names no user"),
            ("mysql://u:secret@:1/d", "names no host"),
            ("mysql://u:secret@h:x/d", "port is not a number"),
            ("mysql://u:secret@h/d?tls=1", "`tls` is not one of its parameters"),
            ("mysql://u:secret@h/d?ssl=maybe", "`ssl` is true or false"),
        ] {
            let error = Target::parse(url).err().unwrap();
            let text = format!("{error} {}", error.hint().unwrap());
            assert!(text.contains(reason) && !text.contains("secret"), "{url}: {text}");
        }
    }
}
