//! Our SQL functions, one file each; `tests/slt/<function>.slt` shows what each does.
//!
//! Rules: NULL in, NULL out unless the file says otherwise; no panic and no quadratic time on hostile input; the same result
//! in every run. Only models use them, and the comparisons of `sql/reconcile/compare/`: checks,
//! reconciliations and differences are plain SQL that any engine runs.

mod alike;
mod attributes;
mod clean_html;
mod decode_entities;
mod epoch_seconds;
mod escape_html;
mod hesk_article_html;
mod hesk_attachment_ids;
mod hesk_custom_value;
mod hesk_history;
mod hesk_label;
mod hesk_options;
mod html;
mod html_to_text;
pub(crate) mod in_share;
pub(crate) mod is_left;
mod json_compact;
mod json_list;
mod json_quote;
mod json_union;
mod json_without;
mod likeness_keys;
mod list_labels;
mod local_date;
mod markdown_to_html;
mod merge_json;
mod normalize_email;
mod normalize_phone;
mod own_words;
mod phrases;
mod phrases_in;
mod row_digest;
pub(crate) mod scalar;
mod sentences_with;
mod shape;
mod shorten;
mod source_keys;
mod split_emails;
mod stable_key;
mod text_to_html;
mod wall_time;
mod with_addresses;
mod without_images;
mod without_mail_header;

use datafusion::logical_expr::ScalarUDF;
use datafusion::prelude::SessionContext;

/// Every function.
pub fn all() -> Vec<ScalarUDF> {
    vec![
        alike::function(),
        attributes::function(),
        clean_html::function(),
        decode_entities::function(),
        epoch_seconds::function(),
        escape_html::function(),
        hesk_article_html::function(),
        hesk_attachment_ids::function(),
        hesk_custom_value::function(),
        hesk_history::function(),
        hesk_label::function(),
        hesk_options::function(),
        html_to_text::function(),
        in_share::function(in_share::Share::WHOLE),
        json_compact::function(),
        json_quote::function(),
        json_union::function(),
        json_without::function(),
        likeness_keys::function(),
        list_labels::function(),
        local_date::function(),
        markdown_to_html::function(),
        merge_json::function(),
        normalize_email::function(),
        normalize_phone::function(),
        own_words::function(),
        phrases_in::function(),
        row_digest::function(),
        sentences_with::function(),
        shorten::function(),
        source_keys::function(),
        split_emails::function(),
        stable_key::function(),
        text_to_html::function(),
        with_addresses::function(),
        without_images::function(),
        without_mail_header::function(),
    ]
}

/// Makes the functions and the JSON operators `->` and `->>` known to a session.
///
/// # Errors
/// Where DataFusion refuses one of them.
pub fn register(context: &mut SessionContext) -> datafusion::common::Result<()> {
    datafusion_functions_json::register_all(context)?;
    all().into_iter().for_each(|function| context.register_udf(function));
    context.register_udaf(json_list::function());
    Ok(())
}
