//! Weights that are adjusted, trimmed, calibrated and replicated are those of R's `survey` package.

use crate::reference::{Largest, json, path};
use crate::reference_statistics::{Desk, SURVEY, compare, number, read};

/// Whoever did not answer q05 did not respond; the file says so in a column.
fn responses() -> String {
    let mut reader = csv::Reader::from_path(path("responses.csv")).unwrap();
    let q05 = reader.headers().unwrap().iter().position(|name| name == "q05").unwrap();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut header = reader.headers().unwrap().clone();
    header.push_field("responded");
    writer.write_record(&header).unwrap();
    for record in reader.records() {
        let mut record = record.unwrap();
        let responded = if record[q05].is_empty() { "no" } else { "yes" };
        record.push_field(responded);
        writer.write_record(&record).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

const NONRESPONSE: &str =
    "[nonresponse]\ncolumn = \"responded\"\nresponded = [\"yes\"]\nclasses = [\"district\", \"sex\"]\n";
const TRIMMING: &str = "[trimming]\ntimes_median = 1.5\n";
const RAKING: &str = "[calibration]\nmethod = \"raking\"\n[[calibration.margin]]\ncolumns = [\"sex\"]\nfile = \"margin_sex.csv\"\n\
                      [[calibration.margin]]\ncolumns = [\"age_band\"]\nfile = \"margin_age_band.csv\"\n";
const MEAN: &str = "[[statistic]]\nkind = \"mean\"\nitem = \"wait_min\"\n";

#[test]
fn weights_adjusted_for_nonresponse_trimmed_and_raked_are_those_of_r_and_so_are_the_estimates() {
    let (responses, expected) = (responses(), &json("statistics_expected.json")["survey"]);
    let mut largest =
        Largest::new("Weights for nonresponse, trimmed, raked; means, a test, a median under them, relative");
    let desk = Desk::with(&responses, &format!("{SURVEY}{NONRESPONSE}{MEAN}"));
    let adjusted = desk.rows();
    compare(&mut largest, adjusted.find(&[]), (&expected["nonresponse"]["est"], &expected["nonresponse"]["se"]));
    let told = desk.told().join("\n");
    assert!(told.contains("the factors of 18 classes run from 1.0936 to 1.1489"), "{told}");

    let trimmed = Desk::with(&responses, &format!("{SURVEY}{NONRESPONSE}{TRIMMING}{MEAN}"));
    let expected_mean = &expected["trimmed"]["mean"];
    compare(&mut largest, trimmed.rows().find(&[]), (&expected_mean["est"], &expected_mean["se"]));

    let more = "[[statistic]]\nkind = \"mean\"\nitem = \"wait_min\"\nby = [\"sex\"]\n[[statistic]]\nkind = \"difference\"\n\
                item = \"wait_min\"\nbetween = \"sex\"\n[[statistic]]\nkind = \"quantile\"\nitem = \"wait_min\"\n";
    let design = format!("{SURVEY}items = [\"q01\"]\nid = \"resp_id\"\n{NONRESPONSE}{TRIMMING}{RAKING}{more}");
    let mut desk = Desk::with(&responses, &design);
    desk.options.weights = Some(desk.file("weights.csv"));
    let (rows, raked) = (desk.rows(), &expected["raked"]);
    for (at, level) in ["F", "M"].into_iter().enumerate() {
        let row = rows.find(&[("statistic", "mean"), ("domain", "sex"), ("level", level)]);
        compare(&mut largest, row, (&raked["mean_by_sex"]["est"][at], &raked["mean_by_sex"]["se"][at]));
    }
    compare(&mut largest, rows.find(&[("statistic", "top2")]), (&raked["q01"]["est"], &raked["q01"]["se"]));
    let test = rows.find(&[("statistic", "difference")]);
    largest.compare_relative(-number(test, "test"), &raked["ttest"]["t"], "t");
    largest.compare_relative(number(test, "p_value"), &raked["ttest"]["p"], "p");
    let median = rows.find(&[("statistic", "quantile")]);
    for (at, column) in ["estimate", "ci_low", "ci_high", "se"].into_iter().enumerate() {
        largest.compare_relative(number(median, column), &raked["median"][at], column);
    }
    let weights = read(&desk.file("weights.csv"));
    for (at, row) in raked["rows"].as_array().unwrap().iter().enumerate() {
        let row = &weights[usize::try_from(row.as_u64().unwrap()).unwrap() - 1];
        largest.compare_relative(number(row, "weight"), &raked["first"][at], "weight");
        let factors = ["nonresponse", "trimming", "calibration"].map(|step| number(row, step)).iter().product::<f64>();
        assert!((factors / number(row, "factor") - 1.0).abs() < 1e-12, "{row:?}");
        assert!(row["id"].starts_with("R0000"), "{row:?}");
    }
    for (row, expected) in weights.iter().zip(expected["trimmed"]["first"].as_array().unwrap()) {
        let found = number(row, "design_weight") * number(row, "nonresponse") * number(row, "trimming");
        largest.compare_relative(found, expected, "trimmed weight");
    }
    largest.report(2 + 2 + 4 + 2 + 2 + 4 + 20 + 20);
    let told = desk.told().join("\n");
    let (kish, count) = (raked["kish"].as_f64().unwrap(), expected["trimmed"]["count"].as_u64().unwrap());
    assert!(told.contains(&format!("1 + cv², is {kish:.4}")), "{told}");
    assert!(told.contains("weights were cut off at 46.02"), "{told} {count}");
}

#[test]
fn written_jackknife_weights_are_read_again_and_give_the_errors_of_r_raked_or_not() {
    let expected = &json("statistics_expected.json")["jackknife"];
    let margin = "sex,Freq\nF,21000\nM,19000\n";
    let raking =
        "[calibration]\nmethod = \"raking\"\n[[calibration.margin]]\ncolumns = [\"sex\"]\nfile = \"sexes.csv\"\n";
    let mut largest = Largest::new("Jackknife weights written and read again, plain and raked, relative");
    for (key, calibration) in [("plain", ""), ("raked", raking)] {
        let mut desk = Desk::new(path("waiting_bootstrap.csv"), &format!("{SURVEY}{calibration}{MEAN}"));
        std::fs::write(desk.file("sexes.csv"), margin).unwrap();
        desk.options.replicates = Some(desk.file("replicates.csv"));
        let told = desk.told();
        assert!(told.iter().any(|told| told.contains("239 replicate weights")), "{told:?}");
        // The answers beside their replicate weights, as any program would join them.
        let answers = std::fs::read_to_string(path("waiting_bootstrap.csv")).unwrap();
        let weights = std::fs::read_to_string(desk.file("replicates.csv")).unwrap();
        let wait = |line: &str| line.split(',').nth(4).unwrap().to_owned();
        let joined: Vec<String> =
            weights.lines().zip(answers.lines()).map(|(w, a)| format!("{w},{}", wait(a))).collect();
        let table = std::fs::read_to_string(desk.file("replicates.csv.toml")).unwrap();
        let design = format!("[columns]\nweight = \"weight\"\nreplicates = \"repw*\"\n{table}\n{MEAN}");
        let rows = Desk::with(&joined.join("\n"), &design).rows();
        let row = rows.find(&[]);
        compare(&mut largest, row, (&expected[key]["est"], &expected[key]["se"]));
        assert_eq!(row["df"].parse().ok(), expected["df"].as_u64());
    }
    largest.report(4);
}
