//! The two tables that small areas are modelled from: what is wrong with them is told by place, with what there is instead.

use plumbline::files::{OutputFormat, SmallAreaOptions, TableFileError, small_area_files};
use plumbline::statistics::VarianceEstimator;
use tempfile::TempDir;

const AREAS: &str = "area,x\na,1\nb,2\nc,3.5\nd,4\n";
const ESTIMATES: &str = "area,estimate,se\na,1,0.1\nb,2,0.1\nc,2.5,0.1\nd,4,0.1\n";

/// Models the areas with these options; the refusal is without the name of the folder.
fn model(estimates: &str, areas: &str, change: impl FnOnce(&mut SmallAreaOptions)) -> Result<String, String> {
    let folder = TempDir::new().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("estimates"), estimates).unwrap();
    std::fs::write(place("areas"), areas).unwrap();
    let mut options = SmallAreaOptions {
        estimates: place("estimates"),
        covariates: place("areas"),
        columns: Vec::new(),
        statistic: None,
        item: None,
        domain: None,
        method: VarianceEstimator::Reml,
        output: place("modelled"),
        format: OutputFormat::Csv,
    };
    change(&mut options);
    let modelled = small_area_files(&options).map_err(|error: TableFileError| error.to_string());
    let outcome = modelled.map(|_| std::fs::read_to_string(place("modelled")).unwrap());
    assert_eq!(outcome.is_ok(), place("modelled").exists(), "an error writes nothing");
    outcome.map_err(|error| error.replace(&format!("{}/", folder.path().display()), ""))
}

fn error(estimates: &str, areas: &str) -> String {
    model(estimates, areas, |_| ()).unwrap_err()
}

#[test]
fn a_table_without_rows_is_refused_by_its_name() {
    assert_eq!(error("area,estimate,se\n", AREAS), "estimates: there are no rows below the header");
    assert_eq!(error(ESTIMATES, "area,x\n"), "areas: there are no rows below the header");
}

#[test]
fn a_row_of_another_length_is_refused_by_its_line() {
    for (estimates, areas, begin) in [
        (ESTIMATES.replace("b,2,0.1", "b,2"), AREAS.to_owned(), "estimates: line 3: the row has 2 cells, the header 3"),
        (ESTIMATES.to_owned(), AREAS.replace("d,4", "d,4,5"), "areas: line 5: the row has 3 cells, the header 2"),
    ] {
        let error = error(&estimates, &areas);
        assert!(error.starts_with(begin), "{error}");
    }
}

#[test]
fn a_name_of_an_area_has_1_to_500_characters() {
    let long =
        |length: usize| [ESTIMATES, AREAS].map(|table| table.replace("\nb,", &format!("\n{},", "ă".repeat(length))));
    let [estimates, areas] = long(500);
    model(&estimates, &areas, |_| ()).unwrap();
    for length in [0, 501] {
        let [estimates, areas] = long(length);
        let told = "line 3, column area: an area's name has 1 to 500 characters and no line breaks";
        assert_eq!(error(&estimates, AREAS), format!("estimates: {told}"));
        assert_eq!(error(ESTIMATES, &areas), format!("areas: {told}"));
    }
}

#[test]
fn a_column_that_is_asked_for_and_not_there_is_answered_with_those_that_are() {
    let refused = model(ESTIMATES, AREAS, |options| options.columns = vec!["y".to_owned()]).unwrap_err();
    assert_eq!(refused, "areas: line 1: there is no column y; there are: area, x");
}

#[test]
fn a_choice_does_not_go_with_a_bare_table() {
    let some = || Some("x".to_owned());
    for refused in [
        model(ESTIMATES, AREAS, |options| options.statistic = some()),
        model(ESTIMATES, AREAS, |options| options.item = some()),
        model(ESTIMATES, AREAS, |options| options.domain = some()),
    ] {
        assert_eq!(
            refused.unwrap_err(),
            "estimates: --statistic, --item and --domain do not go with a table of area,estimate,se"
        );
    }
}

#[test]
fn estimates_for_everybody_alone_have_no_areas() {
    let only = "domain,level,statistic,item,estimate,se\n,,index_items,,0.5,0.1\n";
    assert_eq!(
        error(only, AREAS),
        "estimates: there are only estimates for everybody; estimate with a domain to have areas"
    );
}

#[test]
fn an_area_that_is_estimated_twice_is_refused_with_how_to_choose() {
    let twice = "domain,level,statistic,item,estimate,se\nd,a,index_items,,1,0.1\nd,a,index_items,,2,0.1\n";
    assert_eq!(
        error(twice, AREAS),
        "estimates: line 3, column area: \"a\" is there a second time; choose with --item or --domain"
    );
}

#[test]
fn numbers_that_are_none_are_refused_in_both_tables() {
    for number in ["inf", "NaN", "1.2.3", "many"] {
        let estimates = error(&ESTIMATES.replace("b,2,", &format!("b,{number},")), AREAS);
        assert!(
            estimates.starts_with(&format!("estimates: line 3, column estimate: {number:?} is not a number")),
            "{estimates}"
        );
        let areas = error(ESTIMATES, &AREAS.replace("b,2", &format!("b,{number}")));
        assert!(areas.starts_with(&format!("areas: line 3, column x: {number:?} is not a number")), "{areas}");
    }
}

#[test]
fn tables_with_decimal_commas_say_the_same() {
    let with_commas = |table: &str| table.replace(',', ";").replace('.', ",");
    let plain = model(ESTIMATES, AREAS, |_| ()).unwrap();
    assert_eq!(model(&with_commas(ESTIMATES), &with_commas(AREAS), |_| ()).unwrap(), plain);
}

#[test]
fn a_table_that_is_not_there_is_named() {
    for refused in [
        model(ESTIMATES, AREAS, |options| options.estimates = "nowhere.csv".into()),
        model(ESTIMATES, AREAS, |options| options.covariates = "nowhere.csv".into()),
    ] {
        let refused = refused.unwrap_err();
        assert!(refused.starts_with("nowhere.csv: "), "{refused}");
    }
}
