//! The design file: what the columns mean, and which options are wanted.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::EstimateError;
use super::design_file::{Columns, DesignFile, Factor, WantedCalibration};
use super::margin_file::MarginFile;
use super::names::{check_name, refuse_repeats};
use super::scale_file::{self, ItemScales, ScaleTable};
use super::wishes::Wishes;
use crate::estimation::{Calibration, TallySums};
use crate::foundation::Code;
use crate::index::{Criteria, Method};
use crate::statistics::{Confidence, LonelyPsu, NegativeWeightRule, UnaskedItems};
use crate::tables::MissingCodes;

/// The method whose four indices are estimated; the design file says what counts as satisfied.
const METHOD: &str = "sipas-top2@2017";
/// The longest design file, in bytes.
const LENGTH_MAX: u64 = 1 << 20;
/// Stages of sampling; a country needs four.
const STAGES_MAX: usize = 8;

/// A checked design.
#[derive(Debug)]
pub(super) struct Design {
    /// The column of weights; everybody weighs 1 without it.
    pub weight: Option<String>,
    /// The columns that together name the stratum; one stratum without any.
    pub strata: Vec<String>,
    /// The columns of sampling units, the first stage first; each respondent is one without them.
    pub stages: Vec<String>,
    /// The columns that say of how many units those of each stage were drawn.
    pub populations: Vec<String>,
    /// The columns whose values are domains.
    pub domains: Vec<String>,
    /// What says that nothing is known, in every column.
    pub missing: MissingCodes,
    /// The rated items and factors; items are columns.
    pub criteria: Criteria,
    /// How intervals are made.
    pub confidence: Confidence,
    /// What a stratum of a single unit adds to the variance.
    pub lonely: LonelyPsu,
    /// The margins that weights are calibrated to, and how.
    pub calibration: Option<(Calibration, Vec<MarginFile>)>,
    /// Whether estimates with negative weights are written.
    pub negative_weights: NegativeWeightRule,
    /// How indices are formed.
    pub method: &'static Method,
    /// What is wanted beyond items, factors and indices of the answers as they are weighted.
    pub wishes: Wishes,
}

impl Design {
    /// Reads and checks a design file; its margins are in the same folder.
    pub(super) fn read(path: &Path) -> Result<Self, EstimateError> {
        let shown = || path.display().to_string();
        let wrong = |message| EstimateError::Design { path: shown(), message };
        let mut text = String::new();
        let read = File::open(path).and_then(|file| file.take(LENGTH_MAX + 1).read_to_string(&mut text));
        if read.map_err(|cause| EstimateError::File { path: shown(), cause })? as u64 > LENGTH_MAX {
            return Err(wrong(format!("a design has at most {LENGTH_MAX} bytes")));
        }
        let (mut design, wanted) = Self::from_toml(&text).map_err(wrong)?;
        let Some(wanted) = wanted else { return Ok(design) };
        let folder = path.parent().unwrap_or(Path::new("."));
        let read = |margin: &super::design_file::MarginTable| {
            MarginFile::read(&folder.join(&margin.file), &margin.columns, &design.missing)
        };
        let files = wanted.margins.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let margins = files.iter().map(|file| file.margin.clone()).collect();
        design.calibration = Some((Calibration::of_people(wanted.method, margins, wanted.total)?, files));
        design.negative_weights = wanted.negative_weights;
        Ok(design)
    }

    /// The design, and the calibration that its margin files are still to be read for.
    fn from_toml(text: &str) -> Result<(Self, Option<WantedCalibration>), String> {
        let mut file: DesignFile = toml::from_str(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let line = 1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
            format!("line {line}: {}", error.message())
        })?;
        let wishes = Wishes::checked(&mut file)?;
        let DesignFile { columns, missing, scale, scales, factor, options, calibration, .. } = file;
        check_columns(&columns, &factor, wishes.statistics.is_empty())?;
        let level = options.level;
        if !(level > 0.0 && level < 1.0) {
            return Err(format!("options.level must lie between 0 and 1, such as 0.95, not {level}"));
        }
        let stages = match (columns.psu, columns.stages) {
            (Some(_), Some(_)) => {
                return Err("columns has both psu and stages; name the units of all stages in stages".into());
            }
            (psu, stages) => stages.unwrap_or_else(|| psu.into_iter().collect()),
        };
        let populations = columns.fpc.unwrap_or_default();
        if stages.len() > STAGES_MAX {
            return Err(format!("columns.stages may name {STAGES_MAX} stages, not {}", stages.len()));
        }
        if populations.len() > stages.len().max(1) {
            let message = "columns.fpc names {} columns for {} stages; name one a stage, the first stage first";
            let counts = [populations.len(), stages.len().max(1)].map(|count| count.to_string());
            return Err(message.replacen("{}", &counts[0], 1).replacen("{}", &counts[1], 1));
        }
        let design = Self {
            weight: columns.weight,
            strata: columns.strata,
            stages,
            populations,
            domains: columns.domains,
            missing: missing.check()?,
            criteria: criteria(columns.items, (scale, scales), factor, options.unasked_items)?,
            confidence: Confidence { level, shares: options.interval, design_effect: options.design_effect },
            lonely: options.lonely_psu,
            calibration: None,
            negative_weights: NegativeWeightRule::Allowed,
            method: Method::named(METHOD).ok_or_else(|| format!("the method {METHOD} is missing"))?,
            wishes,
        };
        Ok((design, calibration.map(super::design_file::CalibrationTable::check).transpose()?.flatten()))
    }
}

fn check_columns(columns: &Columns, factors: &[Factor], needs_items: bool) -> Result<(), String> {
    let lists = [&columns.strata, &columns.domains].into_iter().chain(&columns.stages).chain(&columns.fpc).flatten();
    lists.chain(&columns.weight).chain(&columns.psu).chain(&columns.id).try_for_each(|name| check_name(name))?;
    let items = columns.items.len();
    if !(usize::from(needs_items)..=TallySums::ITEMS_MAX).contains(&items) {
        return Err(format!("columns.items must name 1 to {} columns, not {items}", TallySums::ITEMS_MAX));
    }
    refuse_repeats("columns.items", &columns.items)?;
    refuse_repeats("columns.domains", &columns.domains)?;
    refuse_repeats("columns.strata", &columns.strata)?;
    refuse_repeats("columns.stages", columns.stages.iter().flatten())?;
    refuse_repeats("factor", factors.iter().map(|factor| &factor.code))
}

fn criteria(
    items: Vec<Code>,
    (scale, scales): (ScaleTable, Vec<ItemScales>),
    factors: Vec<Factor>,
    unasked: UnaskedItems,
) -> Result<Criteria, String> {
    let mut positions = Vec::with_capacity(factors.len());
    for factor in factors {
        refuse_repeats(&format!("factor {}", factor.code), &factor.items)?;
        if factor.items.is_empty() {
            return Err(format!("factor {} names no items", factor.code));
        }
        let position = |code: &Code| {
            items
                .iter()
                .position(|item| item == code)
                .ok_or_else(|| format!("factor {} names {code}, which columns.items does not have", factor.code))
        };
        positions.push((factor.code.clone(), factor.items.iter().map(position).collect::<Result<_, _>>()?));
    }
    let (scales, nps_items) = scale_file::scales(&items, &scale, &scales)?;
    Ok(Criteria { items, scales, nps_items, factors: positions, unasked })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::{CalibrationMethod, IntervalMethod};

    const SMALL: &str = "[columns]\nitems = [\"q1\", \"q2\"]\n[[factor]]\ncode = \"f\"\nitems = [\"q2\"]\n[options]\n";

    #[test]
    fn the_example_is_read() {
        let (design, calibration) = Design::from_toml(include_str!("../../../docs/examples/design.toml")).unwrap();
        assert_eq!((design.stages.len(), design.populations.len(), design.criteria.factors.len()), (2, 2, 2));
        let wanted = calibration.map(|wanted| (wanted.method, wanted.margins.len(), wanted.negative_weights));
        assert_eq!(wanted, Some((CalibrationMethod::Raking, 2, NegativeWeightRule::Allowed)));
    }

    #[test]
    fn the_example_of_statistics_is_read() {
        let (design, _) = Design::from_toml(include_str!("../../../docs/examples/statistics.toml")).unwrap();
        assert_eq!((design.wishes.statistics.len(), design.wishes.subset.len()), (6, 2));
        assert!(design.wishes.nonresponse.is_some() && design.wishes.trimming.is_some());
    }

    #[test]
    fn eight_stages_are_taken_and_nine_are_refused() {
        let with = |stages: usize| {
            let names: Vec<String> = (1..=stages).map(|stage| format!("s{stage}")).collect();
            Design::from_toml(&SMALL.replace("[columns]", &format!("[columns]\nstages = {names:?}"))).map(drop)
        };
        assert_eq!(with(STAGES_MAX), Ok(()));
        assert!(with(STAGES_MAX + 1).unwrap_err().contains("columns.stages may name 8 stages, not 9"));
    }

    #[test]
    fn net_promoter_scores_count_as_items_of_which_200_are_taken() {
        let of = |count: usize| {
            let items: Vec<String> = (0..count).map(|item| format!("q{item}")).collect();
            let scale = "[scale]\nmin = 0\nmax = 10\nsatisfied_from = 9\nnps = true";
            Design::from_toml(&format!("[columns]\nitems = {items:?}\n{scale}")).map(drop)
        };
        assert_eq!(of(100), Ok(()));
        assert!(of(101).unwrap_err().contains("202; at most 200"));
    }

    #[test]
    fn what_is_not_said_is_a_simple_random_sample_on_the_usual_scale() {
        let (design, calibration) = Design::from_toml(SMALL).unwrap();
        assert_eq!((design.weight, design.stages.len(), design.strata.len()), (None, 0, 0));
        assert_eq!(design.criteria.scales, [crate::foundation::RatingScale::FIVE; 2]);
        assert_eq!((design.confidence.level, design.lonely), (0.95, LonelyPsu::Fail));
        assert_eq!(design.confidence.shares, IntervalMethod::Xlogit);
        assert_eq!(design.criteria.factors[0].1, [1]);
        assert_eq!(calibration, None);
    }

    #[test]
    fn what_is_invalid_is_refused_by_name() {
        for (from, to, named) in [
            ("items = [\"q2\"]", "items = [\"q3\"]", "q3"),
            ("items = [\"q2\"]", "items = []", "factor f"),
            ("[\"q1\", \"q2\"]", "[\"q2\", \"q2\"]", "q2"),
            ("[\"q1\", \"q2\"]", "[]", "columns.items"),
            ("[columns]", "[columns]\nwheight = \"w\"", "wheight"),
            ("[columns]", "[columns]\ndomains = [\"sex\", \"sex\"]", "sex"),
            ("[columns]", "[columns]\npsu = \"v\"\nstages = [\"c\", \"v\"]", "psu"),
            ("[columns]", "[columns]\npsu = \"v\"\nfpc = [\"a\", \"b\"]", "columns.fpc names 2 columns for 1 stages"),
            ("[options]", "[options]\nlevel = 1.0", "options.level"),
            ("[options]", "[options]\nlevel = nan", "options.level"),
            ("[options]", "[options]\nlonely_psu = \"adapt\"", "adapt"),
            ("[options]", "[options]\ninterval = \"wild\"", "wild"),
            ("[options]", "[scale]\nsatisfied_from = 6", "satisfied_from"),
            ("[options]", "[missing]\ncodes = [\"\"]", "missing.codes"),
            ("[options]", "[missing]\ncode = [\"x\"]", "code"),
            ("[options]", "[scale]\nmax = 12\nsatisfied_from = 9", "scale: a scale has 2 to 11 points"),
            ("[options]", "[scale]\nmin = 0\nmax = 10\nsatisfied_from = 11", "satisfied_from"),
            ("[options]", "[scale]\nmax = 10\nsatisfied_from = 9\nnps = true", "0 to 10"),
            ("[options]", "[[scales]]\nitems = [\"q9\"]", "q9"),
            ("[options]", "[[scales]]\nitems = [\"q1\"]\n[[scales]]\nitems = [\"q1\"]", "q1"),
            ("[options]", "[[scales]]\nitems = []", "scales"),
            ("[options]", "[calibration]\nmethod = \"rake\"", "rake"),
            ("[options]", "[calibration]\nmethod = \"raking\"", "margin"),
            ("[options]", "[calibration]\nmethod = \"none\"\nbounds = [0.5, 2]", "bounds"),
            (
                "[options]",
                "[calibration]\nmethod = \"logit\"\n[[calibration.margin]]\ncolumns = [\"sex\"]\nfile = \"m.csv\"",
                "bounds",
            ),
        ] {
            let error = Design::from_toml(&SMALL.replace(from, to)).unwrap_err();
            assert!(error.contains(named), "{to}: {error}");
        }
    }
}
