//! Making the wave that is measured.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, FixedOffset, NaiveDate};
use plumbline::foundation::FixedClock;
use plumbline::pipeline::{KeySource, Platform, PlatformLimits, SyntheticWave};
use plumbline::storage::Store;
use plumbline::survey::WaveState;

use crate::database::TestDatabase;

/// Sampling units of each unit.
pub(crate) const PSUS: usize = 30;
/// A calibration takes no more levels than twice as many.
const UNITS_OF_MARGIN_MAX: usize = 1_000;

/// What a wave that is made has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Made {
    pub(crate) units: usize,
    pub(crate) is_calibrated: bool,
    pub(crate) answers: usize,
}

impl Made {
    /// Fills a store that holds the same wave with `kept` answers, or nothing. From files that were made before they are copied.
    pub(crate) async fn fill(self, database: &TestDatabase, kept: usize, folder: Option<&Path>) {
        let file = database.url().strip_prefix("sqlite://").map(PathBuf::from);
        let (Some(folder), Some(file)) = (folder, file) else { return self.make(database.url(), kept).await };
        let weights = if self.is_calibrated { "calibrated" } else { "designed" };
        let made = folder.join(format!("{weights}-{}-{}.db", self.units, self.answers));
        if !made.exists() {
            self.make(database.url(), kept).await;
            std::fs::create_dir_all(folder).expect("the folder can be made");
            // Under its name only when it is whole.
            let half = made.with_extension("half");
            std::fs::copy(&file, &half).expect("the database can be copied");
            std::fs::rename(&half, &made).expect("a file can be renamed");
        }
        std::fs::copy(&made, &file).expect("the database can be copied");
    }

    async fn make(self, url: &str, kept: usize) {
        let platform = start(url, PlatformLimits::default()).await;
        if kept == 0 {
            self.prepare(&platform).await;
        }
        platform.synthetic().invent(&more(self.answers - kept), |_| ()).await.expect("answers can be invented");
        platform.shut_down().await.expect("the store can be closed");
    }

    async fn prepare(self, platform: &Platform) {
        let codes: Vec<String> = (0..self.units).map(|unit| format!("D{unit:05}")).collect();
        // A file of the register has at most 200,000 rows.
        for (number, codes) in codes.chunks(5_000).enumerate() {
            platform
                .register()
                .import_units(register(codes, number == 0).as_bytes())
                .await
                .expect("the register is sound");
        }
        let quoted: Vec<String> = codes.iter().map(|code| format!("{code:?}")).collect();
        let mut plan = include_str!("plan.toml").replace("{codes}", &quoted.join(", "));
        if self.is_calibrated {
            plan += &calibration(&quoted);
        }
        // What a margin asks must be required.
        let mut asked = include_str!("../../src/survey/templates/sipas-2017.toml").to_owned();
        for question in ["sex", "age_band"] {
            let named = format!("code = {question:?}\n");
            asked = asked.replacen(&named, &format!("{named}required = true\n"), 1);
        }
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        std::fs::write(folder.path().join("asked.toml"), asked).expect("a file can be written");
        platform.waves().create(&plan, folder.path()).await.expect("the plan is sound");
        platform.waves().advance("w", WaveState::Open).await.expect("the wave can be opened");
    }
}

fn noon() -> DateTime<FixedOffset> {
    "2024-11-20T12:00:00+07:00".parse().expect("a moment")
}

/// The platform on a store.
pub(crate) async fn start(url: &str, limits: PlatformLimits) -> Platform {
    let store = Store::connect(url).await.expect("the store can be opened");
    store.migrate().await.expect("the schema can be made");
    Platform::start(store, Arc::new(FixedClock(noon())), KeySource { outside: None, fresh: [7; 32] }, limits)
        .await
        .expect("the store is migrated")
}

/// Districts with these codes, each with communes, which are the sampling units, and the province in the first file.
fn register(codes: &[String], is_first: bool) -> String {
    let header = "code,level,kind,parent_code,name_vi,name_en,valid_from,valid_to";
    let mut rows = vec![header.to_owned()];
    rows.extend(is_first.then(|| "1,province,province,,T,P,,".to_owned()));
    for code in codes {
        rows.push(format!("{code},district,district,1,{code},{code},,"));
        rows.extend((0..PSUS).map(|psu| format!("{code}V{psu},commune,commune,{code},{code}V{psu},{code}V{psu},,")));
    }
    rows.join("\n")
}

/// 8,000 people in each unit, by sex and age as in no country.
fn calibration(units: &[String]) -> String {
    let level = |value: &str, people: usize| format!("{{ values = [{value}], people = {people} }}");
    let people = 8_000 * units.len();
    let shares = |values: &[(&str, usize)]| -> Vec<String> {
        values.iter().map(|(value, percent)| level(&format!("{value:?}"), people * percent / 100)).collect()
    };
    let of_units = ("unit", units.iter().map(|code| level(code, 8_000)).collect());
    let mut margins = vec![
        ("sex", shares(&[("F", 52), ("M", 48)])),
        ("age_band", shares(&[("18-29", 20), ("30-44", 35), ("45-59", 25), ("60+", 20)])),
    ];
    if units.len() <= UNITS_OF_MARGIN_MAX {
        margins.insert(0, of_units);
    }
    let margin = |(column, levels): (&str, Vec<String>)| {
        format!("[[calibration.margin]]\ncolumns = [{column:?}]\nlevels = [{}]\n", levels.join(", "))
    };
    let margins: Vec<String> = margins.into_iter().map(margin).collect();
    format!("\n[calibration]\nmethod = \"raking\"\n{}", margins.concat())
}

/// Other answers each time.
fn more(answers: usize) -> SyntheticWave {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    // Other ones than another process invented.
    let seed = (u64::from(std::process::id()) << 32) + COUNT.fetch_add(1, Ordering::Relaxed);
    let until = NaiveDate::from_ymd_opt(2024, 11, 20).expect("a day");
    SyntheticWave { wave: "w".to_owned(), answers, seed, until }
}
