//! What the driver or the server says, turned into what the user should do.
//!
//! Numbers of server errors: <https://mariadb.com/docs/server/reference/error-codes>.

use std::io::ErrorKind;

use deskferry_staging::Kind;
use mysql_async::{DriverError, Error as Driver, IoError};

use super::target::Target;
use crate::Error;

/// Whether the connection is gone, or the server was only busy: the same statement may succeed on a new connection.
pub(super) fn is_lost(error: &Driver) -> bool {
    match error {
        Driver::Io(IoError::Io(_)) => true,
        Driver::Driver(DriverError::ConnectionClosed | DriverError::PacketOutOfOrder) => true,
        // Too many connections, shutdown, lock wait, deadlock, killed, network errors on the server's side.
        Driver::Server(server) => {
            matches!(server.code, 1040 | 1053 | 1158..=1161 | 1203 | 1205 | 1213 | 1317 | 1927 | 4031)
        }
        _ => false,
    }
}

/// The error of an action such as "read table `tickets`".
pub(super) fn failed(target: &Target, action: &str, error: Driver) -> Error {
    let (kind, hint) = advice(target, &error);
    Error::Database { action: format!("{action} at {target}"), kind, hint: Some(hint), source: Box::new(error) }
}

/// Nothing answered for so long.
pub(super) fn timed_out(target: &Target, seconds: u64) -> Error {
    Error::Database {
        action: format!("connect at {target}"),
        kind: Kind::Unavailable,
        hint: Some(unreachable_hint(target)),
        source: format!("no answer within {seconds} s").into(),
    }
}

fn advice(target: &Target, error: &Driver) -> (Kind, String) {
    match error {
        Driver::Server(server) => server_advice(target, server.code),
        Driver::Io(IoError::Tls(_)) => {
            let text = "the server's certificate was not accepted: name its authority with ?ssl_ca=FILE, or accept any with ?ssl_verify=false";
            (Kind::Invalid, text.into())
        }
        Driver::Io(IoError::Io(io)) => match io.kind() {
            ErrorKind::ConnectionRefused => (
                Kind::Unavailable,
                format!(
                    "nothing listens on port {} of `{}`: check host and port in [source] url, and that the server takes TCP connections",
                    target.port, target.host
                ),
            ),
            _ if io.to_string().contains("lookup") => (
                Kind::Unavailable,
                format!("the host `{}` is not known: check its name in [source] url, and the network", target.host),
            ),
            _ => (Kind::Unavailable, unreachable_hint(target)),
        },
        Driver::Driver(DriverError::NoClientSslFlagFromServer) => {
            (Kind::Invalid, "the server does not speak TLS: take ?ssl=… out of [source] url".into())
        }
        Driver::Driver(DriverError::UnknownAuthPlugin { .. } | DriverError::MysqlOldPasswordDisabled) => (
            Kind::Invalid,
            "the account logs in by a method that is not supported: give the reader an account with mysql_native_password or \
             caching_sha2_password"
                .into(),
        ),
        Driver::Driver(DriverError::CleartextPluginDisabled) => {
            (Kind::Invalid, "the account wants its password in clear text: give the reader an account of its own".into())
        }
        Driver::Driver(DriverError::ConnectionClosed) => (Kind::Unavailable, "the server closed the connection: run the same command again".into()),
        _ => (Kind::Unavailable, "run the same command again".into()),
    }
}

fn server_advice(target: &Target, code: u16) -> (Kind, String) {
    let Target { database, .. } = target;
    match code {
        1045 | 1698 => (
            Kind::Invalid,
            "user or password is wrong: check [source] url in deskferry.toml and the variable that holds the password"
                .into(),
        ),
        1049 => (
            Kind::Invalid,
            format!(
                "there is no database `{database}`: `db_name` in Hesk's hesk_settings.inc.php is the name to use in [source] url"
            ),
        ),
        1044 | 1142 | 1143 | 1227 | 1370 => {
            (Kind::Invalid, format!("let the account read: GRANT SELECT ON `{database}`.* TO …"))
        }
        1129 | 1130 => (
            Kind::Invalid,
            "the server does not let this machine in: ask for an account that may connect from here".into(),
        ),
        1251 | 1275 | 1820 | 1862 | 2059 => {
            (Kind::Invalid, "the account's password is expired or of a form too old: set a new one".into())
        }
        3159 => (Kind::Invalid, "the server wants an encrypted connection: add ?ssl=true to [source] url".into()),
        126 | 127 | 134 | 144 | 145 | 1034 | 1035 | 1194 | 1195 => (
            Kind::Data,
            "the table is damaged on the server: have it repaired (REPAIR TABLE), then run the command again".into(),
        ),
        1054 | 1146 => (
            Kind::Data,
            "the table was changed while it was read: run the command again when no upgrade is going on".into(),
        ),
        1969 | 3024 => (
            Kind::Unavailable,
            "the server cuts statements off by a time limit: raise max_statement_time for this account".into(),
        ),
        _ => (Kind::Unavailable, "run the same command again".into()),
    }
}

fn unreachable_hint(target: &Target) -> String {
    format!(
        "`{}` does not answer on port {}: check host and port in [source] url, firewall and tunnel, then run the same command again",
        target.host, target.port
    )
}

#[cfg(test)]
mod tests {
    use mysql_async::ServerError;

    use super::*;

    fn server(code: u16) -> Driver {
        Driver::Server(ServerError { code, message: "no".into(), state: "HY000".into() })
    }

    #[test]
    fn each_failure_says_what_to_do_and_never_the_password() {
        let target = Target::parse("mysql://reader:secret@db:3306/hesk").unwrap();
        let io = |kind, text: &str| Driver::Io(IoError::Io(std::io::Error::new(kind, text.to_owned())));
        let cases = [
            (server(1045), Kind::Invalid, "password is wrong"),
            (server(1049), Kind::Invalid, "no database `hesk`"),
            (server(1142), Kind::Invalid, "GRANT SELECT ON `hesk`.*"),
            (server(1130), Kind::Invalid, "may connect from here"),
            (server(1194), Kind::Data, "REPAIR TABLE"),
            (server(1040), Kind::Unavailable, "again"),
            (io(ErrorKind::ConnectionRefused, "refused"), Kind::Unavailable, "nothing listens on port 3306 of `db`"),
            (io(ErrorKind::Other, "failed to lookup address information"), Kind::Unavailable, "`db` is not known"),
            (io(ErrorKind::TimedOut, "timed out"), Kind::Unavailable, "does not answer on port 3306"),
            (Driver::Driver(DriverError::NoClientSslFlagFromServer), Kind::Invalid, "take ?ssl"),
        ];
        for (source, kind, hint) in cases {
            let error = failed(&target, "connect", source);
            assert_eq!(error.kind(), kind, "{error:?}");
            assert!(error.hint().unwrap().contains(hint), "{error:?}");
            assert!(!format!("{error} {error:?}").contains("secret"));
        }
        assert_eq!(
            failed(&target, "connect", server(1045)).to_string(),
            "cannot connect at mysql://reader@db:3306/hesk"
        );
    }

    #[test]
    fn only_lost_connections_and_busy_servers_are_tried_again() {
        assert!(is_lost(&server(1927)) && is_lost(&Driver::Driver(DriverError::ConnectionClosed)));
        assert!(!is_lost(&server(1045)) && !is_lost(&server(1146)));
    }
}
