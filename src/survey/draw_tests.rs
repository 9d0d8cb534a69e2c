//! The draw of a sample: its counts, its probabilities, its weights, and that nothing but seed and frame decides it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{DrawnSample, Frame, SampleDesign};
use crate::foundation::Findings;

/// Two strata of villages in communes, by size, a few people of each.
const DESIGN: &str = "unit = \"u\"\nsmallest_group = 1\nlocality = [\"v\"]\n[people]\ntake = 4\nreserves = 2\nsize = \"n\"\n\
                      [[stage]]\ncolumn = \"c\"\ntake = 2\nmethod = \"pps\"\nsize = \"n\"\n\
                      [[stage]]\ncolumn = \"v\"\ntake = 2\nmethod = \"pps\"\nsize = \"n\"\n";

/// People of 2 units with 5 communes of 4 villages: from 30 to 400 a village, and one huge commune.
fn frame_file() -> String {
    let mut file = "u,c,v,n\n".to_owned();
    for (unit, commune) in (0..2).flat_map(|unit| (0..5).map(move |commune| (unit, commune))) {
        for village in 0..4 {
            let people =
                if (unit, commune) == (1, 3) { 900 } else { 30 + (unit * 7 + commune * 53 + village * 91) % 370 };
            writeln!(file, "U{unit},c{commune},v{village},{people}").unwrap();
        }
    }
    file
}

fn draw(design: &str, seed: u64, frame: &str) -> Result<DrawnSample, Findings> {
    let design = SampleDesign::from_toml(&format!("seed = {seed}\n{design}")).unwrap();
    Frame::read(frame.as_bytes(), &design)?.draw(&design, |_| true)
}

#[test]
fn the_national_scheme_gives_195_districts_and_1170_villages() {
    let example = include_str!("../../docs/examples/sample.toml");
    let design = SampleDesign::from_toml(example).unwrap();
    let mut file =
        "province,district,commune,village,commune_name,village_name,area,households,adults,base_weight\n".to_owned();
    for province in 1..=63 {
        let province = if province == 63 { 79 } else { province };
        for place in 0..8 * 4 * 5 {
            let (district, commune, village) = (place / 20, place / 5 % 4, place % 5);
            let households = 40 + (province * 37 + place * 61) % 350;
            let names = format!("{province:02},{district},{commune},{village},Xã {commune},Thôn {village}");
            writeln!(file, "{names},{},{households},{},1", commune % 3, households * 3).unwrap();
        }
    }
    let sample = Frame::read(file.as_bytes(), &design).unwrap().draw(&design, |_| true).unwrap();
    let drawn: Vec<usize> = sample.stages.iter().map(|stage| stage.drawn).collect();
    assert_eq!(drawn, [195, 390, 1_170]);
    assert!(sample.stages.iter().all(|stage| stage.short == 0));
    assert_eq!(sample.invitees.iter().filter(|invitee| invitee.reserve == 0).count(), 11_700);
    assert_eq!(sample.invitees.iter().filter(|invitee| invitee.reserve > 0).count(), 3_510);
    let units: BTreeSet<&str> = sample.invitees.iter().map(|invitee| invitee.unit.as_str()).collect();
    assert_eq!(units.len(), 63);
}

#[test]
fn places_are_drawn_as_often_as_the_weights_of_their_people_say() {
    const DRAWS: u64 = 1_000;
    let frame = frame_file();
    let people: BTreeMap<String, f64> = frame
        .lines()
        .skip(1)
        .map(|line| line.rsplit_once(',').map(|(place, people)| (place.to_owned(), people.parse().unwrap())).unwrap())
        .collect();
    let mut seen: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for seed in 0..DRAWS {
        let sample = draw(DESIGN, seed, &frame).unwrap();
        for group in sample.invitees.chunks(6) {
            let invitee = &group[0];
            let commune = invitee.placement.psu.as_ref().map_or("c3", |psu| psu.as_str());
            // The huge commune is certain: a stratum of its own, whose villages are the sampling units.
            let commune = if commune.starts_with('v') { "c3" } else { commune };
            let place = format!("{},{commune},{}", invitee.unit, invitee.locality);
            let probability = people[&place] / 4.0 / invitee.placement.weight.value();
            let entry = seen.entry(place).or_insert((0.0, probability));
            entry.0 += 1.0;
            assert!(
                (entry.1 - 1.0 / (invitee.placement.weight.value() * 4.0 / people_of(&people, invitee))).abs() < 1e-6
            );
        }
    }
    assert_eq!(seen.len(), people.len(), "every village can be drawn");
    // Two villages of each of two communes of each of two units.
    let expected: f64 = seen.values().map(|(_, probability)| probability).sum();
    assert!((expected - 8.0).abs() < 1e-5, "{expected}");
    for (place, (count, probability)) in seen {
        let deviation = (probability * (1.0 - probability) / DRAWS as f64).sqrt();
        let frequency = count / DRAWS as f64;
        assert!((frequency - probability).abs() < 4.5 * deviation, "{place}: {frequency} instead of {probability}");
    }
}

/// The people of the village that somebody was invited of.
fn people_of(people: &BTreeMap<String, f64>, invitee: &super::Invitee) -> f64 {
    let stratum = invitee.placement.stratum.as_str();
    let psu = invitee.placement.psu.as_ref().unwrap().as_str();
    let commune = stratum.split_once('+').map_or(psu, |(_, commune)| commune);
    people[&format!("{},{commune},{}", invitee.unit, invitee.locality)]
}

#[test]
fn weights_add_up_to_the_population_on_average() {
    let frame = frame_file();
    let population: f64 =
        frame.lines().skip(1).map(|line| line.rsplit(',').next().unwrap().parse::<f64>().unwrap()).sum();
    let totals = (0..50).map(|seed| {
        let sample = draw(DESIGN, seed, &frame).unwrap();
        let invited = sample.invitees.iter().filter(|invitee| invitee.reserve == 0);
        invited.map(|invitee| invitee.placement.weight.value()).sum::<f64>()
    });
    // Drawn by the same size that the weights count, every single sample adds up.
    for total in totals {
        assert!((total / population - 1.0).abs() < 1e-6, "{total} instead of {population}");
    }
}

#[test]
fn a_certain_cluster_is_a_stratum_whose_villages_are_the_sampling_units() {
    let sample = draw(DESIGN, 1, &frame_file()).unwrap();
    let huge: Vec<_> = sample.invitees.iter().filter(|i| i.placement.stratum.as_str() == "U1+c3").collect();
    assert_eq!(huge.len(), 2 * (4 + 2));
    assert!(huge.iter().all(|invitee| invitee.placement.psu.as_ref().unwrap().as_str() == invitee.locality));
    assert!(sample.invitees.iter().all(|i| i.placement.stratum.as_str() != "U0" || i.placement.psu.is_some()));
    assert_eq!(sample.stages[0].certain, 1);
}

#[test]
fn seed_and_frame_decide_and_not_the_order_of_the_file_nor_other_strata() {
    let frame = frame_file();
    let first = draw(DESIGN, 7, &frame).unwrap();
    let mut lines: Vec<&str> = frame.lines().collect();
    lines[1..].reverse();
    assert_eq!(draw(DESIGN, 7, &lines.join("\n")).unwrap(), first);
    assert_ne!(draw(DESIGN, 8, &frame).unwrap(), first);
    let of_the_first = |sample: &DrawnSample| -> Vec<_> {
        sample.invitees.iter().filter(|invitee| invitee.unit.as_str() == "U0").cloned().collect()
    };
    let alone: Vec<&str> = frame.lines().filter(|line| !line.starts_with("U1")).collect();
    assert_eq!(of_the_first(&draw(DESIGN, 7, &alone.join("\n")).unwrap()), of_the_first(&first));
}

#[test]
fn a_list_of_people_is_drawn_with_reserves_spread_over_it() {
    let design =
        "unit = \"u\"\nlocality = [\"p\"]\n[[stage]]\ncolumn = \"p\"\ntake = 20\nreserves = 5\nmethod = \"equal\"\n";
    let people: Vec<String> = (0..500).map(|number| format!("U,p{number:03}")).collect();
    let frame = format!("u,p\n{}\n", people.join("\n"));
    let mut counts = vec![0_u32; 500];
    for seed in 0..500 {
        let sample = draw(design, seed, &frame).unwrap();
        let invited: Vec<_> = sample.invitees.iter().filter(|invitee| invitee.reserve == 0).collect();
        assert!(invited.iter().all(|i| i.placement.weight.to_string() == "25" && i.placement.psu.is_none()));
        let mut turns: Vec<u32> =
            sample.invitees.iter().map(|invitee| invitee.reserve).filter(|turn| *turn > 0).collect();
        turns.sort_unstable();
        assert_eq!((invited.len(), turns), (20, vec![1, 2, 3, 4, 5]));
        for invitee in invited {
            counts[invitee.locality[1..].parse::<usize>().unwrap()] += 1;
        }
    }
    // 500 draws of 20 of 500: 20 each, with a standard deviation of 4.4.
    assert!(counts.iter().all(|count| (2..=42).contains(count)), "{counts:?}");
}

#[test]
fn fewer_places_or_people_than_wanted_are_all_taken() {
    let design = DESIGN.replace("take = 4", "take = 40").replace("take = 2\nmethod", "take = 9\nmethod");
    let sample = draw(&design, 1, "u,c,v,n\nU,a,x,41\nU,a,y,3\nU,b,x,60\n").unwrap();
    let counts = |reserve: bool| sample.invitees.iter().filter(|i| (i.reserve > 0) == reserve).count();
    assert_eq!((counts(false), counts(true)), (40 + 3 + 40, 1 + 2));
    assert_eq!(sample.stages.iter().map(|stage| stage.short).collect::<Vec<_>>(), [1, 2]);
    let weights: BTreeSet<String> = sample.invitees.iter().map(|i| i.placement.weight.to_string()).collect();
    assert_eq!(weights, ["1", "1.025", "1.5"].map(str::to_owned).into());
    let strata: BTreeSet<&str> = sample.invitees.iter().map(|i| i.placement.stratum.as_str()).collect();
    assert_eq!(strata, ["U+a+x", "U+a+y", "U+b+x"].into());
    assert!(sample.invitees.iter().all(|invitee| invitee.placement.psu.is_none()));
}

#[test]
fn a_group_in_which_an_answer_could_not_hide_is_refused() {
    let refused = draw(&DESIGN.replace("smallest_group = 1", ""), 1, &frame_file()).unwrap_err().0;
    assert_eq!((refused[0].path.as_str(), refused[0].code), ("smallest_group", "too_few"));
    assert!(refused[0].message.contains("the smallest 4"), "{}", refused[0].message);
    assert!(draw(&DESIGN.replace("smallest_group = 1", "smallest_group = 4"), 1, &frame_file()).is_ok());
}

#[test]
fn a_unit_that_the_wave_does_not_measure_is_named_by_its_line() {
    let design = SampleDesign::from_toml(&format!("seed = 1\n{DESIGN}")).unwrap();
    let frame = Frame::read(&b"u,c,v,n\nA,a,x,41\nB,a,y,3\n"[..], &design).unwrap();
    let refused = frame.draw(&design, |unit| unit == "A").unwrap_err().0;
    assert_eq!((refused[0].path.as_str(), refused[0].code), ("line 3, column u", "unknown_unit"));
}

#[test]
fn a_weight_beyond_the_largest_is_refused() {
    let design = DESIGN.replace("take = 4", "take = 1").replace("reserves = 2", "");
    let refused = draw(&design, 1, "u,c,v,n\nU,a,x,1000001\n").unwrap_err().0;
    assert_eq!((refused[0].path.as_str(), refused[0].code), ("line 2", "out_of_range"));
    assert!(draw(&design, 1, "u,c,v,n\nU,a,x,1000000\n").is_ok());
}
