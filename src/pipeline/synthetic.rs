//! Invented answers for demonstrations and benchmarks. Everything that is made here is labelled as synthetic.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::PipelineError;
use super::context::Context;
use super::counts::Counts;
use super::intake::Intake;
use crate::foundation::{Code, LanguageTag, Weight};
use crate::survey::{Answer, AnswerSheet, ItemKind, Mode, OpenAnswers, Placement, Response, Source, Unit, Wave};

/// Responses a transaction. Their keys are anywhere in the table, so fewer would write each of its pages more often.
const RESPONSES_PER_TRANSACTION: usize = 10_000;
/// For so many answers of the sample, one comes over the open link.
const OPEN_LINK_SHARE: usize = 20;
/// How much less content than others are those who come over the open link, in standard deviations.
const OPEN_LINK_MOOD: f64 = -0.5;
/// Where a standard normal deviate passes from one rating to the next.
const CUTS: [f64; 4] = [-2.4, -1.5, -0.55, 0.75];

/// How answers are invented: districts, communes, people and items each differ by a normal deviate.
#[derive(Debug, Clone)]
pub struct SyntheticWave {
    /// The wave, which must be open and whose plan must say that it is synthetic.
    pub wave: String,
    /// How many answers to invent.
    pub answers: usize,
    /// The same seed gives the same answers.
    pub seed: u64,
    /// The last day on which an answer is given.
    pub until: NaiveDate,
}

/// Answers that nobody gave.
#[derive(Clone)]
pub struct Synthetic {
    context: Context,
}

impl Synthetic {
    pub(super) fn of(context: &Context) -> Self {
        Self { context: context.clone() }
    }

    /// Fills a wave with invented answers: strata are the units, primary sampling units the communes below them. Where the wave
    /// is answered on the web, some more come over the open link, from people with more to complain of.
    /// `progress` is told how many answers there are so far.
    pub async fn invent(&self, plan: &SyntheticWave, mut progress: impl FnMut(usize)) -> Result<(), PipelineError> {
        self.context.demand_management()?;
        let loaded = self.context.load_wave(&plan.wave).await?;
        let wave = &loaded.wave;
        let (register, intake) = (self.context.store.units().await?, Intake::of(&self.context));
        let mut rng = ChaCha8Rng::seed_from_u64(plan.seed);
        let people = People::imagine(wave, &register, &mut rng);
        // Unit by unit: what a transaction adds to few units is folded with few rows. The order is nowhere kept.
        let mut drawn: Vec<&Commune> = (0..plan.answers).map(|_| people.somewhere(&mut rng)).collect();
        drawn.sort_by_key(|commune| (commune.unit.as_str(), commune.psu.as_ref().map(Code::as_str)));
        let mut done = 0;
        for batch in drawn.chunks(RESPONSES_PER_TRANSACTION) {
            let answer =
                |commune: &&Commune| intake.prepare(&loaded, people.answer(commune, wave, plan.until, &mut rng));
            let responses: Result<Vec<_>, _> = batch.iter().map(answer).collect();
            self.context.store.insert_responses(&responses?).await?;
            done += batch.len();
            progress(done);
        }
        let takes_open = wave.plan.modes.contains(&Mode::Web) && wave.plan.open_link.answers != OpenAnswers::Refused;
        let over_open_link = if takes_open { plan.answers / OPEN_LINK_SHARE } else { 0 };
        let open: Result<Vec<_>, _> = (0..over_open_link)
            .map(|_| intake.prepare(&loaded, people.answer_over_open_link(wave, plan.until, &mut rng)))
            .collect();
        for batch in open?.chunks(RESPONSES_PER_TRANSACTION) {
            self.context.store.insert_responses(batch).await?;
        }
        Counts::of(&self.context).fold().await?;
        Ok(())
    }
}

/// A commune in which people answer.
struct Commune {
    unit: Code,
    psu: Option<Code>,
    weight: Weight,
    /// How much better than average the office is, in standard deviations.
    quality: f64,
    /// How much better each factor is.
    factors: Vec<f64>,
}

/// The imagined population: its places, and how hard each item is to be satisfied with.
struct People {
    communes: Vec<Commune>,
    items: Vec<f64>,
}

impl People {
    fn imagine(wave: &Wave, register: &[Unit], rng: &mut ChaCha8Rng) -> Self {
        let mut communes = Vec::new();
        let on = wave.plan.units.on;
        let mut below: HashMap<&Code, Vec<&Code>> = HashMap::new();
        for row in register.iter().map(|unit| &unit.row).filter(|row| row.is_valid_on(on)) {
            if let Some(parent) = &row.parent_code {
                below.entry(parent).or_default().push(&row.code);
            }
        }
        for unit in &wave.units {
            let quality = 0.22 * normal(rng);
            let factors: Vec<f64> = wave.questionnaire.factors.iter().map(|_| 0.12 * normal(rng)).collect();
            let of_unit = below.get(unit.code()).map_or(&[][..], Vec::as_slice);
            let mut psus: Vec<Option<Code>> = of_unit.iter().map(|commune| Some((*commune).clone())).collect();
            if psus.len() < 2 {
                psus = vec![None];
            }
            for psu in psus {
                let tenths = rng.random_range(200..=450);
                let weight = Weight::from_billionths(tenths * (Weight::SCALE / 10))
                    .expect("20 to 45 is within the range of weights");
                let quality = quality + 0.07 * normal(rng);
                communes.push(Commune { unit: unit.code().clone(), psu, weight, quality, factors: factors.clone() });
            }
        }
        let items = wave.questionnaire.items().map(|_| 0.35 * normal(rng)).collect();
        Self { communes, items }
    }

    fn somewhere(&self, rng: &mut ChaCha8Rng) -> &Commune {
        &self.communes[rng.random_range(0..self.communes.len())]
    }

    fn answer(&self, commune: &Commune, wave: &Wave, until: NaiveDate, rng: &mut ChaCha8Rng) -> Response {
        self.answer_of(0.0, commune, wave, until, rng)
    }

    /// An answer of somebody who was not asked.
    fn answer_over_open_link(&self, wave: &Wave, until: NaiveDate, rng: &mut ChaCha8Rng) -> Response {
        let commune = self.somewhere(rng);
        let response = self.answer_of(OPEN_LINK_MOOD, commune, wave, until, rng);
        let placement = Placement { stratum: response.unit.clone(), psu: None, weight: Weight::ONE };
        Response { placement, mode: Mode::Web, source: Source::Open, ..response }
    }

    fn answer_of(&self, mood: f64, commune: &Commune, wave: &Wave, until: NaiveDate, rng: &mut ChaCha8Rng) -> Response {
        let person = mood + 0.75 * normal(rng);
        let plan = &wave.plan;
        let days = (until.min(plan.field.closes) - plan.field.opens).num_days().max(0).unsigned_abs();
        let answered_on = plan.field.opens + Days::new(rng.random_range(0..=days));
        let mut item = 0;
        let mut answers = Vec::with_capacity(self.items.len());
        for (factor, section) in wave.questionnaire.factors.iter().enumerate() {
            for asked in &section.items {
                let mood =
                    0.6 + self.items[item] + commune.quality + commune.factors[factor] + person + 0.85 * normal(rng);
                answers.push(invent(&asked.kind, mood, rng));
                item += 1;
            }
        }
        let respondent = wave.questionnaire.respondent.iter().map(|asked| invent(&asked.kind, 0.0, rng)).collect();
        Response {
            id: uuid::Builder::from_random_bytes(rng.random()).into_uuid(),
            unit: commune.unit.clone(),
            placement: Placement { stratum: commune.unit.clone(), psu: commune.psu.clone(), weight: commune.weight },
            code: None,
            mode: mode_of(&plan.modes, rng),
            language: LanguageTag::vietnamese(),
            answered_on,
            duration_minutes: Some(rng.random_range(2..=9)),
            source: Source::Collector,
            collector: None,
            answers: AnswerSheet(answers),
            respondent: AnswerSheet(respondent),
        }
    }
}

/// Earlier modes of the plan are used more.
fn mode_of(modes: &[Mode], rng: &mut ChaCha8Rng) -> Mode {
    let first = rng.random_range(0..modes.len());
    modes[rng.random_range(0..=first)]
}

fn invent(kind: &ItemKind, mood: f64, rng: &mut ChaCha8Rng) -> Option<Answer> {
    match kind {
        ItemKind::Likert(_) if rng.random_bool(0.04) => Some(Answer::NoOpinion),
        ItemKind::Likert(rated) => {
            let passed = CUTS.iter().filter(|cut| mood > **cut).count();
            // How far it is to the next cut, so that scales of other lengths are filled evenly.
            let below = passed.checked_sub(1).map_or(CUTS[0] - 1.0, |cut| CUTS[cut]);
            let above = CUTS.get(passed).map_or(below + 1.0, |cut| *cut);
            let part = ((mood - below) / (above - below)).clamp(0.0, 0.98);
            let steps = (passed as f64 + part) * f64::from(rated.values.points()) / (CUTS.len() + 1) as f64;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "from 0 to the number of points"
            )]
            Some(Answer::Rating(rated.values.value(steps as u8 + 1)))
        }
        ItemKind::SingleChoice { options } => {
            options.get(rng.random_range(0..options.len())).map(|option| Answer::Choice(option.code.clone()))
        }
        ItemKind::Number { min, max, .. } => Some(Answer::Number(rng.random_range(*min..=*max).round())),
        ItemKind::MultipleChoice { .. } | ItemKind::ShortText { .. } | ItemKind::Note => None,
    }
}

/// Near enough to a standard normal deviate for invented answers: twelve uniform ones less six.
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0
}
