//! Random small surveys with random designs, and the files that say them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use proptest::prelude::*;

pub(super) const ITEMS: usize = 3;
pub(super) const SEXES: [&str; 2] = ["F", "M, or \"other\""];
pub(super) const AGES: [&str; 3] = ["18–29", "30 59", "60+"];
pub(super) const REGIONS: [&str; 4] = ["a", "a b", "B", "ž"];

/// A respondent.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub strata: [u8; 2],
    /// The units of the three stages.
    pub units: [u8; 3],
    /// In thousandths.
    pub weight: i64,
    pub region: Option<usize>,
    pub sex: usize,
    pub age: usize,
    /// 0 where it was not answered.
    pub ratings: [u8; ITEMS],
}

/// What the design file says.
#[derive(Debug, Clone)]
pub(super) struct Design {
    pub strata: usize,
    pub stages: usize,
    /// Stages with a population; of each, how many units were not drawn, by the parity of the unit's name.
    pub spare: Vec<[u8; 2]>,
    pub weighted: bool,
    pub lonely: &'static str,
    pub interval: &'static str,
    pub level: f64,
    pub satisfied_from: u8,
    pub calibration: Option<Calibration>,
}

/// How weights are calibrated.
#[derive(Debug, Clone)]
pub(super) struct Calibration {
    pub method: &'static str,
    /// One margin of both variables, or one of each.
    pub is_crossed: bool,
    /// What the weight of each combination of sex and age is multiplied by, in percent, to get its people.
    pub percent: [[u16; 3]; 2],
    /// A power of ten that all people are multiplied by.
    pub magnitude: i32,
}

/// A survey.
#[derive(Debug, Clone)]
pub(super) struct Survey {
    pub people: Vec<Person>,
    pub design: Design,
}

fn person() -> impl Strategy<Value = Person> {
    let region = prop::option::weighted(0.9, 0..REGIONS.len());
    let rating = prop_oneof![1 => Just(0_u8), 2 => 1_u8..=5, 2 => 4_u8..=5];
    let weight = prop_oneof![Just(1_000_i64), 500_i64..3_000, 1_i64..1_000_000];
    let place = (prop::array::uniform2(0_u8..2), prop::array::uniform3(0_u8..3));
    let answers = prop::array::uniform(rating);
    (place, weight, region, 0..2_usize, 0..3_usize, answers).prop_map(|(place, weight, region, sex, age, ratings)| {
        Person { strata: place.0, units: place.1, weight, region, sex, age, ratings }
    })
}

fn calibration() -> impl Strategy<Value = Calibration> {
    let method = prop::sample::select(vec!["raking", "linear", "logit", "poststratification"]);
    let percent = prop::array::uniform2(prop::array::uniform3(70_u16..140));
    (method, any::<bool>(), percent, -6..7_i32).prop_map(|(method, is_crossed, percent, magnitude)| Calibration {
        method,
        is_crossed: is_crossed || method == "poststratification",
        percent,
        magnitude: match method {
            // Bounded factors stay where they are; linear ones near 0 are differences of numbers near 1.
            "logit" => 0,
            "linear" | "poststratification" => magnitude.max(-3),
            _ => magnitude,
        },
    })
}

fn design() -> impl Strategy<Value = Design> {
    let shape = (0..3_usize, 0..4_usize, prop::collection::vec(prop::array::uniform2(0_u8..4), 0..4), any::<bool>());
    let lonely = prop::sample::select(vec!["fail", "remove", "certainty", "adjust", "average"]);
    let interval = prop::sample::select(vec!["xlogit", "mean"]);
    let level = prop::sample::select(vec![0.5, 0.9, 0.95, 0.999]);
    let calibration = prop::option::weighted(0.4, calibration());
    (shape, lonely, interval, level, 2_u8..=5, calibration).prop_map(
        |((strata, stages, mut spare, weighted), lonely, interval, level, satisfied_from, calibration)| {
            spare.truncate(stages.max(1));
            Design { strata, stages, spare, weighted, lonely, interval, level, satisfied_from, calibration }
        },
    )
}

pub(super) fn survey(people: std::ops::Range<usize>) -> impl Strategy<Value = Survey> {
    (prop::collection::vec(person(), people), design()).prop_map(|(people, design)| Survey { people, design })
}

impl Survey {
    /// The stratum, then the units of all stages, of the respondent at `position`; elements are units themselves.
    pub(super) fn path(&self, position: usize) -> Vec<String> {
        let (person, design) = (&self.people[position], &self.design);
        let stratum = person.strata[..design.strata].iter().map(u8::to_string).collect::<Vec<_>>().join("/");
        let units = person.units[..design.stages].iter().map(|unit| format!("u{unit}"));
        let element = (design.stages == 0).then(|| format!("e{position}"));
        std::iter::once(stratum).chain(units).chain(element).collect()
    }

    /// How many units the unit of each stage was drawn from: those drawn, and the spare ones.
    pub(super) fn populations(&self) -> Vec<Vec<f64>> {
        let paths: Vec<Vec<String>> = (0..self.people.len()).map(|position| self.path(position)).collect();
        let mut drawn: BTreeMap<&[String], BTreeSet<&String>> = BTreeMap::new();
        for path in &paths {
            for stage in 1..path.len() {
                drawn.entry(&path[..stage]).or_default().insert(&path[stage]);
            }
        }
        let population = |path: &[String], stage: usize, spare: &[u8; 2]| {
            let parity = path[..=stage].concat().bytes().map(usize::from).sum::<usize>() % 2;
            drawn[&path[..=stage]].len() as f64 + f64::from(spare[parity])
        };
        let all = |path: &Vec<String>| {
            self.design.spare.iter().enumerate().map(|(stage, spare)| population(path, stage, spare)).collect()
        };
        paths.iter().map(all).collect()
    }

    /// The weight of each respondent.
    pub(super) fn weights(&self) -> Vec<f64> {
        let weight = |person: &Person| if self.design.weighted { person.weight as f64 / 1000.0 } else { 1.0 };
        self.people.iter().map(weight).collect()
    }

    /// The people of each combination of sex and age that the sample has.
    pub(super) fn counts(&self, calibration: &Calibration) -> BTreeMap<(usize, usize), f64> {
        let mut counts = BTreeMap::new();
        for (person, weight) in self.people.iter().zip(self.weights()) {
            let percent = f64::from(calibration.percent[person.sex][person.age]) / 100.0;
            *counts.entry((person.sex, person.age)).or_insert(0.0) +=
                weight * percent * 10_f64.powi(calibration.magnitude);
        }
        counts
    }

    /// The respondents as CSV, in the order of `positions`.
    pub(super) fn csv(&self, positions: &[usize]) -> String {
        let mut text = String::from("r1,r2,u1,u2,u3,n1,n2,n3,w,region,sex,age,q1,q2,q3\n");
        let populations = self.populations();
        for position in positions {
            let (person, populations) = (&self.people[*position], &populations[*position]);
            let cell = |stage: usize| populations.get(stage).map_or(String::new(), f64::to_string);
            let region = person.region.map_or("", |region| REGIONS[region]);
            let sex = SEXES[person.sex].replace('"', "\"\"");
            let [r1, r2] = person.strata;
            let [u1, u2, u3] = person.units.map(|unit| format!("u{unit}"));
            let (n1, n2, n3, weight) = (cell(0), cell(1), cell(2), person.weight as f64 / 1000.0);
            write!(text, "{r1},{r2},{u1},{u2},{u3},{n1},{n2},{n3},{weight},{region},\"{sex}\",{}", AGES[person.age])
                .unwrap();
            for rating in person.ratings {
                write!(text, ",{}", if rating == 0 { String::new() } else { rating.to_string() }).unwrap();
            }
            text.push('\n');
        }
        text
    }

    /// Writes the design and its margins into a folder.
    pub(super) fn write_design(&self, folder: &Path) {
        let design = &self.design;
        let names = |prefix: &str, count: usize| (1..=count).map(|n| format!("{prefix}{n}")).collect::<Vec<_>>();
        let mut text = format!("[columns]\nitems = {:?}\ndomains = [\"region\", \"sex\"]\n", names("q", ITEMS));
        writeln!(text, "strata = {:?}", names("r", design.strata)).unwrap();
        writeln!(text, "stages = {:?}", names("u", design.stages)).unwrap();
        writeln!(text, "fpc = {:?}", names("n", design.spare.len())).unwrap();
        text.push_str(if design.weighted { "weight = \"w\"\n" } else { "" });
        writeln!(text, "[scale]\nsatisfied_from = {}", design.satisfied_from).unwrap();
        text.push_str(
            "[[factor]]\ncode = \"f\"\nitems = [\"q1\", \"q2\"]\n[[factor]]\ncode = \"g\"\nitems = [\"q3\"]\n",
        );
        let Design { lonely, interval, level, .. } = design;
        write!(text, "[options]\nlonely_psu = \"{lonely}\"\ninterval = \"{interval}\"\nlevel = {level}\n").unwrap();
        if let Some(calibration) = &design.calibration {
            writeln!(text, "[calibration]\nmethod = \"{}\"", calibration.method).unwrap();
            text.push_str(if calibration.method == "logit" { "bounds = [0.2, 4.0]\n" } else { "" });
            let columns: &[&str] = if calibration.is_crossed { &["\"sex\", \"age\""] } else { &["\"sex\"", "\"age\""] };
            for (number, columns) in columns.iter().enumerate() {
                let file = format!("margin{number}.csv");
                writeln!(text, "[[calibration.margin]]\ncolumns = [{columns}]\nfile = \"{file}\"").unwrap();
                std::fs::write(folder.join(file), self.margin(calibration, columns)).unwrap();
            }
        }
        std::fs::write(folder.join("design.toml"), text).unwrap();
    }

    /// The file of a margin.
    fn margin(&self, calibration: &Calibration, columns: &str) -> String {
        let mut counts: BTreeMap<[&str; 2], f64> = BTreeMap::new();
        for ((sex, age), people) in self.counts(calibration) {
            let sex = if columns.contains("sex") { SEXES[sex] } else { "" };
            let age = if columns.contains("age") { AGES[age] } else { "" };
            *counts.entry([sex, age]).or_default() += people;
        }
        let mut text = String::from("age,Freq,sex\n");
        for ([sex, age], people) in counts {
            let [sex, age] = [sex, age].map(|value| if value.is_empty() { "any" } else { value }.replace('"', "\"\""));
            writeln!(text, "{age},{people:?},\"{sex}\"").unwrap();
        }
        text
    }
}
