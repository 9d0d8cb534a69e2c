//! Rows without a place in the sample, and weights below 0: statistics in memory treat and tell them as what is streamed does.

use crate::reference_statistics::{Desk, number, read};

const RESPONSES: &str = "id,h,psu,d,w,q1\n\
                         1,A,a1,x,10,5\n2,A,a1,y,10,4\n3,NA,a2,x,20,3\n4,A,a2,x,20,2\n5,A,,y,10,1\n\
                         6,B,b1,x,15,5\n7,B,b1,NA,15,3\n8,,b2,y,5,4\n9,B,b2,y,25,4\n";
const COLUMNS: &str = "[columns]\nweight = \"w\"\nstrata = [\"h\"]\npsu = \"psu\"\n";
const ITEMS: &str = "items = [\"q1\"]\ndomains = [\"d\"]\n";
const MEAN: &str = "[[statistic]]\nkind = \"mean\"\nitem = \"q1\"\n";

#[test]
fn rows_without_a_stratum_or_a_sampling_unit_are_left_out_and_told_as_what_is_streamed_tells_it() {
    let streamed = Desk::with(RESPONSES, &format!("{COLUMNS}{ITEMS}"));
    let expected = streamed.told();
    assert_eq!(
        expected,
        [
            "2 of 9 rows are left out: their stratum is missing, so they have no place in the sample.",
            "1 of 9 rows is left out: its sampling unit is missing, so it has no place in the sample.",
            "1 of 9 rows is in no level of d: its own is missing.",
        ]
    );
    let rows = streamed.rows();
    let mean = rows.find(&[("statistic", "mean"), ("item", "q1"), ("level", "")]);
    // Beside what is streamed, in its place, and with a part of it: each tells once.
    for design in [format!("{ITEMS}{MEAN}"), format!("{ITEMS}[subset]\nw = {{ from = 0 }}\n{MEAN}")] {
        let desk = Desk::with(RESPONSES, &format!("{COLUMNS}{design}"));
        let told = desk.told();
        assert_eq!(
            told.iter().filter(|told| expected.contains(told)).collect::<Vec<_>>(),
            expected.iter().collect::<Vec<_>>()
        );
        for found in desk.rows().0.iter().filter(|row| row["statistic"] == "mean" && row["level"].is_empty()) {
            for column in ["estimate", "se", "n"] {
                assert!((number(found, column) - number(mean, column)).abs() < 1e-9, "{column}: {found:?} {mean:?}");
            }
        }
    }
    let whole: String =
        RESPONSES.lines().map(|line| line.replace(",NA,", ",C,").replace(",,", ",c1,") + "\n").collect();
    assert_eq!(
        Desk::with(&whole.replace("8,c1,", "8,B,"), &format!("{COLUMNS}{MEAN}[options]\nlonely_psu = \"remove\"\n"))
            .told(),
        [""; 0]
    );
}

#[test]
fn files_of_weights_number_rows_as_the_responses_do_and_a_file_of_nothing_else_is_refused() {
    let mut desk = Desk::with(RESPONSES, &format!("{COLUMNS}id = \"id\"\n{MEAN}"));
    desk.options.weights = Some(desk.file("weights.csv"));
    desk.options.replicates = Some(desk.file("replicates.csv"));
    desk.told();
    for file in ["weights.csv", "replicates.csv"] {
        let rows = read(&desk.file(file));
        assert_eq!(
            rows.iter().map(|row| row["row"].as_str()).collect::<Vec<_>>(),
            ["1", "2", "4", "6", "7", "9"],
            "{file}"
        );
        assert!(rows.iter().all(|row| row["row"] == row["id"]), "{file}");
    }
    let nonresponse = "[nonresponse]\ncolumn = \"id\"\nresponded = [\"1\", \"9\"]\nclasses = [\"d\"]\n";
    let error = Desk::with(RESPONSES, &format!("{COLUMNS}{nonresponse}{MEAN}")).error();
    assert!(error.contains("row 7 has no value in one of the columns of nonresponse.classes"), "{error}");
    let nowhere = "id,h,psu,d,w,q1\n1,NA,a1,x,10,5\n2,,a1,y,10,4\n";
    let error = Desk::with(nowhere, &format!("{COLUMNS}{MEAN}")).error();
    assert!(
        error.ends_with(
            "no row is left. 2 of 2 rows are left out: their stratum is missing, so they have no place in the sample."
        ),
        "{error}"
    );
}

#[test]
fn a_weight_below_0_in_the_file_is_refused_by_line() {
    for design in [ITEMS, MEAN] {
        let error = Desk::with(&RESPONSES.replace("x,20,2", "x,-20,2"), &format!("{COLUMNS}{design}")).error();
        assert!(error.contains("line 5, column \"w\"") && error.contains("-20"), "{error}");
    }
}

/// Linear calibration of these by sex and unit makes the man of A count below nothing.
const SKEWED: &str = "id,unit,w,q1,sex\n";

#[test]
fn weights_that_a_calibration_makes_negative_are_told_or_refused() {
    let rows: String = [("A", "M", 1), ("A", "F", 9), ("B", "M", 9), ("B", "F", 1)]
        .into_iter()
        .flat_map(|(unit, sex, count)| (0..count).map(move |number| format!("{unit}{sex}{number},{unit},1,4,{sex}\n")))
        .collect();
    let desk = |rule: &str, design: &str| {
        let calibration = "[calibration]\nmethod = \"linear\"\n";
        let margins = "[[calibration.margin]]\ncolumns = [\"sex\"]\nfile = \"sex.csv\"\n\
                       [[calibration.margin]]\ncolumns = [\"unit\"]\nfile = \"unit.csv\"\n";
        let design = format!("[columns]\nweight = \"w\"\n{design}\n{calibration}{rule}\n{margins}");
        let desk = Desk::with(&format!("{SKEWED}{rows}"), &design);
        std::fs::write(desk.file("sex.csv"), "sex,Freq\nM,10\nF,90\n").unwrap();
        std::fs::write(desk.file("unit.csv"), "unit,Freq\nA,30\nB,70\n").unwrap();
        desk
    };
    let streamed = "items = [\"q1\"]\n";
    let told = |design: &str| {
        let told = desk("", design).told();
        let told: Vec<_> = told.into_iter().filter(|told| told.contains("negative weight")).collect();
        assert_eq!(told.len(), 1, "{told:?}");
        told[0].clone()
    };
    let refused = |design: &str| desk("negative_weights = \"refused\"", design).error();
    let whose = |told: &str| told.split(", the smallest").next().unwrap().to_owned() + told.split_once(": ").unwrap().1;
    let expected = told(streamed);
    for design in [MEAN.to_owned(), format!("{streamed}{MEAN}"), format!("{streamed}[subset]\nw = {{ from = 0 }}\n")] {
        assert_eq!(whose(&told(&design)), whose(&expected), "{design}");
        assert!(refused(&design).contains("negative weight after linear calibration"), "{design}");
        assert_eq!(
            refused(&design).contains("or say `negative_weights"),
            refused(streamed).contains("or say `negative_weights")
        );
    }
}
