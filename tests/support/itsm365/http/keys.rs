//! Keys: a query parameter on every call, refused with a 500 and a phrase.

use super::super::super::standin::reply::Reply;
use super::super::switches::{Key, Refusal};
use super::server::{Call, Server};

/// The key of a call, or how it is refused.
pub(crate) fn check(server: &Server, call: &Call, number: u64) -> Result<Key, Reply> {
    let switches = server.switches();
    let text = call.text("accessKey").unwrap_or_default();
    let expired = switches.expire_after.is_some_and(|after| number > after);
    let given = server.given.lock().unwrap();
    let key = switches.keys.iter().chain(given.iter()).find(|key| key.text == text && !expired);
    key.cloned().ok_or_else(|| match switches.refusal {
        Refusal::Unauthorized => Reply::empty(401),
        Refusal::Forbidden => Reply::empty(403),
        // The platform repeats the key it was given.
        Refusal::Phrase => {
            Reply::text(500, &format!("Операция не может быть выполнена: ключ авторизации '{text}' не найден"))
        }
    })
}

/// `get-access-key`: a key as plain text for who logs in by headers with underscores.
pub(crate) fn give(server: &Server, call: &Call) -> Reply {
    let header = |name: &str| call.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let switches = server.switches();
    if (header("http_auth_login"), header("http_auth_passwd")) != (switches.login.0.as_str(), switches.login.1.as_str())
    {
        return Reply::text(500, "Неверное имя пользователя или пароль");
    }
    if call.text("livetime").is_some_and(|minutes| minutes.parse::<u64>().is_err()) {
        return Reply::text(500, "Неверное значение параметра livetime");
    }
    let mut given = server.given.lock().unwrap();
    let text = super::super::super::standin::dice::guid(switches.seed, "key", given.len() as i64);
    given.push(Key { text: text.clone(), ..Key::default() });
    Reply::text(200, &text)
}
