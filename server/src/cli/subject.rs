//! Everything that is held about somebody, as a page to print: the same facts as in the JSON, with nothing fetched from
//! anywhere. Every text in it came from people, so every text is escaped.

use super::client::{Failure, pick};
use super::print::text;
use linli_core::error::Lang;
use serde_json::Value;
use std::fmt::Write as _;

const STYLE: &str = "body{font:11pt/1.5 sans-serif;margin:2em auto;max-width:48em;padding:0 1em}\
h1{font-size:1.5em}h2{font-size:1.1em;margin:1.5em 0 .3em;break-after:avoid}\
table{border-collapse:collapse;width:100%}td,th{border:1px solid #999;padding:.2em .5em;text-align:left;\
vertical-align:top;overflow-wrap:anywhere}tr{break-inside:avoid}.gone{color:#666}img{max-width:20em}";

/// Titles of the columns.
const COLUMNS: [(&str, &str); 4] =
    [("项目", "What"), ("内容", "Contents"), ("填写人", "By"), ("时间", "When")];

/// The page.
pub(super) fn page(json: &[u8], lang: Lang) -> Result<String, Failure> {
    let subject: Value = serde_json::from_slice(json)
        .map_err(|error| Failure::new("subject.unreadable", error.to_string()))?;
    let title = pick(lang, "个人信息查阅", "What is held about you");
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\
         <title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>\n<p>{} {} · {}</p>\n",
        pick(lang, "zh-CN", "en"),
        pick(lang, "编号", "Id"),
        escape(text(&subject, "id")),
        escape(text(&subject, "made_at")),
    );
    for record in subject.get("records").and_then(Value::as_array).into_iter().flatten() {
        add_record(&mut page, record, lang);
    }
    let elsewhere = bilingual(subject.get("elsewhere"), lang);
    // Writing into a String cannot fail.
    let _ = writeln!(page, "<p>{}</p></body></html>", escape(&elsewhere));
    Ok(page)
}

fn add_record(page: &mut String, record: &Value, lang: Lang) {
    let kept = bilingual(record.get("kept"), lang);
    let kind = text(record, pick(lang, "kind_zh", "kind_en"));
    let _ = writeln!(
        page,
        "<h2>{}</h2><p>{}{}</p><table><tr>",
        escape(kind),
        pick(lang, "保存:", "Kept "),
        escape(&kept)
    );
    for (zh, en) in COLUMNS {
        let _ = write!(page, "<th>{}</th>", pick(lang, zh, en));
    }
    let _ = writeln!(page, "</tr>");
    for write in record.get("writes").and_then(Value::as_array).into_iter().flatten() {
        let label = text(write, pick(lang, "label_zh", "label_en"));
        let label = if label.is_empty() { text(write, "key") } else { label };
        let purpose = bilingual(write.get("purpose"), lang);
        let gone = write.get("deleted").and_then(Value::as_bool) == Some(true);
        let value = if gone { pick(lang, "(已删除)", "(deleted)").to_owned() } else { value_text(write) };
        let _ = writeln!(
            page,
            "<tr{}><td>{}{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            if gone { " class=\"gone\"" } else { "" },
            escape(label),
            if purpose.is_empty() {
                String::new()
            } else {
                format!("<br><small>{}</small>", escape(&purpose))
            },
            escape(&value),
            escape(text(write, "by")),
            escape(text(write, "at")),
        );
    }
    let _ = writeln!(page, "</table>");
    let jpeg = text(record, "jpeg");
    // Base64 and nothing else: whatever is not that is no picture.
    if !jpeg.is_empty() && jpeg.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)) {
        let _ = writeln!(page, "<img alt=\"{}\" src=\"data:image/jpeg;base64,{jpeg}\">", escape(kind));
    }
}

/// A value as people read it; what has parts, part by part.
fn value_text(write: &Value) -> String {
    match write.get("value") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Object(parts)) => {
            let parts = parts.iter().filter(|(_, part)| !part.is_null());
            let parts = parts.map(|(key, part)| match part {
                Value::String(text) => format!("{key}: {text}"),
                other => format!("{key}: {other}"),
            });
            parts.collect::<Vec<_>>().join("; ")
        }
        Some(other) => other.to_string(),
    }
}

fn bilingual(pair: Option<&Value>, lang: Lang) -> String {
    let at = pick(lang, 0, 1);
    pair.and_then(|pair| pair.get(at)).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_page_shows_every_write_and_takes_no_text_for_markup() {
        let nasty = "<img src=x onerror=alert(1)>&\"'";
        let write = json!({
            "key": nasty, "label_zh": null, "label_en": null, "value": {"note": nasty, "photo": null},
            "purpose": ["联系", "to call"], "deleted": false, "by": nasty, "at": "2026-11-23T00:00:00Z",
        });
        let deleted =
            json!({"key": "note", "label_zh": "备注", "label_en": "Note", "value": null, "deleted": true});
        let record = json!({
            "kind_zh": "走访记录", "kind_en": "Visits", "kept": ["两年", "two years"], "writes": [write, deleted],
            "jpeg": "\"><script>",
        });
        let subject =
            json!({"id": nasty, "made_at": "", "records": [record], "elsewhere": ["不含", "not included"]});
        let page = page(subject.to_string().as_bytes(), Lang::Zh).unwrap();
        for (said, times) in
            [("&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#39;", 4), ("走访记录", 1), ("两年", 1)]
        {
            assert_eq!(page.matches(said).count(), times, "{said}: {page}");
        }
        for wanted in ["note: &lt;img", "联系", "(已删除)", "备注", "不含"] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
        for markup in ["<img", "<script", "photo"] {
            assert!(!page.contains(markup), "{markup}: {page}");
        }
        let english = super::page(subject.to_string().as_bytes(), Lang::En).unwrap();
        assert!(
            english.contains("to call") && english.contains("Visits") && english.contains("not included")
        );
    }
}
