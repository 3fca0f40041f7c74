//! How fast the functions are that run on every message: `cargo bench -p deskferry-transform`.

#![allow(missing_docs)] // criterion_group! makes a public function

use std::hint::black_box;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringViewArray};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use datafusion::config::ConfigOptions;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF};

const ROWS: usize = 1_000;

fn run(function: &ScalarUDF, column: &ArrayRef) -> usize {
    use arrow::datatypes::{DataType, Field};
    let result = function.return_type(&[DataType::Utf8View]).unwrap_or(DataType::Utf8);
    let args = ScalarFunctionArgs {
        args: vec![ColumnarValue::Array(Arc::clone(column))],
        arg_fields: vec![Arc::new(Field::new("text", DataType::Utf8View, true))],
        number_rows: column.len(),
        return_field: Arc::new(Field::new("result", result, true)),
        config_options: Arc::new(ConfigOptions::default()),
    };
    match function.invoke_with_args(args) {
        Ok(ColumnarValue::Array(array)) => array.len(),
        _ => 0,
    }
}

fn messages(criterion: &mut Criterion) {
    let plain = "Hello,<br />\n<br />\nmy printer &quot;X &amp; Y&quot; says error 17, see <a href=\"https://x.example/17\">https://x.example/17</a>.<br />\nRegards".repeat(6);
    let rich = "<div><h3>Hello</h3><p>Please <b>restart</b> it:</p><ul><li>off</li><li>on &amp; wait</li></ul><img src=\"https://x.example/a.png\" alt=\"a\"></div>".repeat(6);
    let history = "<li class=\"smaller\">2024-11-04 10:00:01 | status changed to Escalated &quot;L2&quot; by Josef Novák (jnovak)</li>".repeat(8);
    let cases = [
        ("html_to_text", "plain", &plain),
        ("html_to_text", "rich", &rich),
        ("clean_html", "plain", &plain),
        ("clean_html", "rich", &rich),
        ("hesk_history", "8 lines", &history),
    ];
    let mut group = criterion.benchmark_group("functions");
    for (name, input, text) in cases {
        let Some(function) = deskferry_transform::functions::all().into_iter().find(|f| f.name() == name) else {
            continue;
        };
        let column: ArrayRef = Arc::new(StringViewArray::from(vec![text.as_str(); ROWS]));
        group.throughput(Throughput::Bytes((text.len() * ROWS) as u64));
        group.bench_with_input(BenchmarkId::new(name, input), &column, |bencher, column| {
            bencher.iter(|| black_box(run(&function, column)));
        });
    }
    group.finish();
}

criterion_group!(benches, messages);
criterion_main!(benches);
