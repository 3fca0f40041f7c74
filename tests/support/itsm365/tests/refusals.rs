//! Keys, what is not known, what must not be called, and what goes wrong on the way.

use serde_json::json;

use super::super::{Refusal, Switches};
use super::start;

#[test]
fn a_key_is_refused_in_three_ways() {
    let (itsm365, mut reader) = start(Switches { expire_after: Some(2), ..Switches::default() });
    assert_eq!(reader.get("get/root$401", &[]).0, 200);
    let key = std::mem::replace(&mut reader.key, "unknown".into());
    let (status, text) = reader.get("get/root$401", &[]);
    let text = text.as_str().unwrap().to_owned();
    assert!(status == 500 && text.contains("ключ авторизации") && text.contains("не найден"), "{text}");
    reader.key = key;
    assert_eq!(reader.get("get/root$401", &[]).0, 500, "it is expired");
    for (refusal, status) in [(Refusal::Unauthorized, 401), (Refusal::Forbidden, 403)] {
        itsm365.switch(|switches| switches.refusal = refusal);
        assert_eq!(reader.get("get/root$401", &[]).0, status);
    }
    assert_eq!(itsm365.stats().refused, 4);
    let status = reader.send(reader.client.get(format!("{}/check-status", reader.url)));
    assert_eq!(status, (200, "Operation completed successfully".into()));
}

#[test]
fn a_key_is_given_to_who_logs_in() {
    let (_itsm365, mut reader) = start(Switches::default());
    let ask = |password: &str| {
        let request = reader.client.get(format!("{}/get-access-key?livetime=60", reader.url));
        reader.send(request.header("HTTP_AUTH_LOGIN", "migration").header("HTTP_AUTH_PASSWD", password))
    };
    assert_eq!(ask("wrong").0, 500);
    reader.key = ask("login-secret-5150").1.as_str().unwrap().to_owned();
    assert_eq!(reader.get("get/root$401", &[]).0, 200);
}

#[test]
fn what_is_not_known_is_refused_or_left_out() {
    let (itsm365, reader) = start(Switches::default());
    assert_eq!(reader.get("find/nothing", &[]).0, 500);
    assert_eq!(reader.get("find/serviceCall", &[("attrs", "UUID,nothing")]).0, 500);
    assert_eq!(reader.get("find/serviceCall", &[("nothing", "1")]).0, 500);
    assert_eq!(reader.get("get/serviceCall$1", &[]).0, 404);
    itsm365.switch(|switches| {
        switches.unknown_is_ignored = true;
        switches.not_found = 500;
        switches.wants_source = true;
        switches.absent_classes = vec!["problem".into()];
    });
    let all = itsm365.facts().tickets.len();
    assert_eq!(reader.rows("find/serviceCall", &[("attrs", "UUID,nothing"), ("nothing", "1")]).len(), all);
    assert_eq!(itsm365.stats().ignored, [("find/serviceCall?nothing".to_owned(), 1)].into());
    assert_eq!(reader.get("get/serviceCall$1", &[]).0, 500);
    assert_eq!((reader.get("find/comment", &[]).0, reader.get("find/problem", &[]).0), (500, 500));
}

#[test]
fn whoever_writes_is_noticed() {
    let (itsm365, reader) = start(Switches::default());
    let paths = "edit/serviceCall$59000001 create/serviceCall create-m2m/comment edit-m2m/team$501 \
                 create-m2m-multiple add-file/team$501 create-excl/servicetime exec execmf delete/serviceCall$59000001";
    for path in paths.split_whitespace() {
        reader.get(path, &[]);
    }
    reader.post("create/serviceCall", &[], &json!({}));
    reader.post("exec-post", &[("func", "modules.own.change")], &json!({}));
    assert_eq!(itsm365.stats().writes, 12);
    assert_eq!(reader.get("get/serviceCall$59000001", &[]).0, 404, "delete deletes");
}

#[test]
fn superusers_see_the_configuration_and_others_do_not() {
    let (itsm365, reader) = start(Switches::default());
    let url = itsm365.url.replace("/rest", "/smpsync/metainfo");
    let ask = || reader.send(reader.client.get(format!("{url}?accessKey={}", reader.key)));
    assert_eq!(ask().0, 403);
    itsm365.switch(|switches| switches.superuser = true);
    let (status, xml) = ask();
    assert!(status == 200 && xml.as_str().unwrap().contains("<state code=\"onNeg\" title=\"На согласовании\"/>"));
    let module = [("func", "modules.sdkController.getMetaClassInfo"), ("meta", "serviceCall")];
    assert_eq!(reader.get("exec", &module).1["classCode"], "serviceCall");
    assert_eq!(itsm365.stats().writes, 0);
}

#[test]
fn what_goes_wrong_on_the_way() {
    let (itsm365, reader) = start(Switches { unavailable: 300, ..Switches::default() });
    let statuses: Vec<u16> = (0..40).map(|_| reader.get("get/root$401", &[]).0).collect();
    assert!([200, 502, 504].iter().all(|status| statuses.contains(status)), "{statuses:?}");
    itsm365.switch(|switches| {
        switches.unavailable = 0;
        switches.html_at = Some(41);
    });
    let (status, page) = reader.get("get/root$401", &[]);
    assert!(status == 200 && page.as_str().unwrap().starts_with("<!DOCTYPE html>"));
    itsm365.switch(|switches| switches.cut = 1000);
    let request = reader.client.get(reader.address("get/root$401", &[]));
    let read = reader.runtime.block_on(async { request.send().await?.text().await });
    assert!(read.is_err());
}
