//! Inviting: a sample is drawn, everybody in it gets a code, and a code opens the form of its unit.
//!
//! A draw is made in two steps, so that no code is kept that was not written down: [`Invitations::prepare`] makes the
//! codes, and [`Invitations::keep`] keeps their hashes once the sheets are safe.

use std::io::Read;
use std::sync::Arc;

use csv::StringRecord;
use rand::TryRng;
use uuid::Uuid;

use super::PipelineError;
use super::context::Context;
use super::known_waves::unmeasured;
use crate::foundation::{Code, Finding, Findings, LimitedFindings};
use crate::storage::{NewDraw, NewInvitation, StorageError};
use crate::survey::{
    CodeRefusal, Frame, InvitationCount, InvitationState, Invitee, MadeDraw, Mode, SampleDesign, StageCount, Unit,
    Wave, WaveState,
};
use crate::tables::{Table, cell_path};

/// A code and who it is for.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationCard {
    /// The code, in groups of four.
    pub code: String,
    /// Its place in the sample, and where its sheet belongs.
    pub invitee: Invitee,
}

/// A draw whose codes are made and not kept yet.
pub struct PreparedDraw {
    /// The wave.
    pub wave: Arc<Wave>,
    /// What was drawn at each stage.
    pub stages: Vec<StageCount>,
    /// How many rows the frame has.
    pub frame_rows: usize,
    /// The hash of the frame's content.
    pub frame_hash: String,
    /// The seed.
    pub seed: u64,
    /// The codes, by stratum and place.
    pub cards: Vec<InvitationCard>,
    kept: NewDraw,
}

/// The codes of a unit.
#[derive(Debug, Clone)]
pub struct UnitInvitations {
    /// The unit.
    pub unit: Unit,
    /// How many codes are where.
    pub count: InvitationCount,
}

/// Samples that were drawn, and the codes of those who are in them.
#[derive(Clone)]
pub struct Invitations {
    context: Context,
}

impl Invitations {
    pub(super) fn of(context: &Context) -> Self {
        Self { context: context.clone() }
    }

    /// Draws a sample from `frame` by `design` (see `docs/examples/sample.toml`), and makes a code for everybody in it out of
    /// `random`. Nothing is kept yet.
    pub async fn prepare<R: TryRng>(
        &self,
        wave: &str,
        frame: impl Read,
        design: &str,
        random: &mut R,
    ) -> Result<PreparedDraw, PipelineError>
    where
        R::Error: Send + Sync + 'static,
    {
        self.context.demand_management()?;
        let loaded = self.context.load_wave(wave).await?;
        let wave = loaded.wave;
        check_invites(&wave)?;
        let (text, design) = (design, SampleDesign::from_toml(design)?);
        let frame = Frame::read(frame, &design)?;
        let sample = frame.draw(&design, |unit| wave.unit(unit).is_some())?;
        let mut cards = Vec::with_capacity(sample.invitees.len());
        let mut invitations = Vec::with_capacity(sample.invitees.len());
        for invitee in sample.invitees {
            let mut bytes = [0; 16];
            random.try_fill_bytes(&mut bytes).map_err(|error| PipelineError::Randomness(Box::new(error)))?;
            let code = self.context.secret.invitation_code(wave.plan.code.as_str(), bytes);
            let (unit, hash) = self.unit_and_hash(&wave, &invitee.unit, &code)?;
            let placement = invitee.placement.clone();
            invitations.push(NewInvitation { unit: unit.id, hash, placement, reserve: invitee.reserve });
            cards.push(InvitationCard { code, invitee });
        }
        let kept = NewDraw {
            wave: loaded.id,
            drawn_on: self.context.clock.today(),
            seed: design.seed,
            frame_hash: frame.hash().to_owned(),
            design: text.to_owned(),
            invitations,
        };
        let (frame_rows, frame_hash) = (frame.count(), frame.hash().to_owned());
        Ok(PreparedDraw { wave, stages: sample.stages, frame_rows, frame_hash, seed: design.seed, cards, kept })
    }

    fn unit_and_hash<'w>(&self, wave: &'w Wave, unit: &Code, code: &str) -> Result<(&'w Unit, Uuid), StorageError> {
        let damaged = |reason: String| StorageError::Damaged { table: "invitation", reason };
        let hash = self.context.secret.invitation_hash(wave.plan.code.as_str(), code);
        let hash = hash.map_err(|refusal| damaged(format!("a code that was just made is refused: {refusal}")))?;
        let unit = wave.unit(unit.as_str()).ok_or_else(|| damaged(format!("unit {unit} is drawn but not measured")))?;
        Ok((unit, hash))
    }

    /// Keeps a draw: from now on its codes are taken. A wave that has a draw takes another only `again`. Returns its number.
    pub async fn keep(&self, draw: &PreparedDraw, again: bool) -> Result<i32, PipelineError> {
        self.context.demand_management()?;
        check_invites(&draw.wave)?;
        Ok(self.context.store.keep_draw(&draw.kept, again).await?)
    }

    /// Whether the wave has a draw, so that another needs to be wanted.
    pub async fn draws(&self, wave: &str) -> Result<Vec<MadeDraw>, PipelineError> {
        self.context.demand_management()?;
        let loaded = self.context.load_wave(wave).await?;
        Ok(self.context.store.draws(loaded.id).await?)
    }

    /// The unit whose form the code of an invitation opens, or why it opens none. Only a code with a right tag is looked up.
    pub async fn unit_of(&self, wave: &Wave, typed: &str) -> Result<Result<Code, CodeRefusal>, PipelineError> {
        let hash = match self.context.secret.invitation_hash(wave.plan.code.as_str(), typed) {
            Ok(hash) => hash,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let loaded = self.context.load(wave).await?;
        let Some(kept) = self.context.store.invitation(loaded.id, hash).await? else {
            return Ok(Err(CodeRefusal::Spent));
        };
        match kept.state {
            InvitationState::Reserve => return Ok(Err(CodeRefusal::Reserved)),
            InvitationState::Revoked => return Ok(Err(CodeRefusal::Revoked)),
            InvitationState::Open => {}
        }
        let unit = wave.units.iter().find(|unit| unit.id == kept.unit);
        Ok(Ok(unit.ok_or_else(|| unmeasured(kept.unit))?.code().clone()))
    }

    /// Takes back codes that are not spent: those in the column `code` of a CSV file, or all. Returns how many were.
    pub async fn revoke(&self, wave: &str, codes: Option<impl Read>) -> Result<u64, PipelineError> {
        self.context.demand_management()?;
        let loaded = self.context.load_wave(wave).await?;
        let hashes = codes.map(|file| self.read_codes(&loaded.wave, file)).transpose()?;
        Ok(self.context.store.revoke_invitations(loaded.id, hashes.as_deref()).await?)
    }

    fn read_codes(&self, wave: &Wave, file: impl Read) -> Result<Vec<Uuid>, Findings> {
        let mut table = Table::open(file)?;
        let Some(column) = table.column("code") else {
            let message = "there is no column of codes; its name must be `code`, as in codes.csv";
            return Err(Finding::new(cell_path(1, "code"), "missing_column", message).into());
        };
        let (mut hashes, mut found) = (Vec::new(), LimitedFindings::default());
        let mut record = StringRecord::new();
        while let Some(row) = table.read_row(&mut record) {
            match row {
                Ok(line) => {
                    let typed = record.get(column).unwrap_or_default();
                    match self.context.secret.invitation_hash(wave.plan.code.as_str(), typed) {
                        Ok(hash) => hashes.push(hash),
                        Err(refusal) => found.push(cell_path(line, "code"), refusal.as_str(), refusal.to_string()),
                    }
                }
                Err(finding) => found.push(finding.path, finding.code, finding.message),
            }
        }
        found.into_result(hashes)
    }

    /// Lets reserves step in: those of a stratum and a sampling unit, where they are named, up to a turn. Returns how many did.
    pub async fn release_reserves(
        &self,
        wave: &str,
        place: (Option<&str>, Option<&str>),
        up_to: u32,
    ) -> Result<u64, PipelineError> {
        self.context.demand_management()?;
        let loaded = self.context.load_wave(wave).await?;
        Ok(self.context.store.release_reserves(loaded.id, place, up_to).await?)
    }

    /// The codes of each unit of the wave, in the plan's order.
    pub async fn status(&self, wave: &str) -> Result<Vec<UnitInvitations>, PipelineError> {
        self.context.demand_management()?;
        let loaded = self.context.load_wave(wave).await?;
        let counts = self.context.store.invitation_counts(loaded.id).await?;
        let of = |unit: &Unit| UnitInvitations {
            unit: unit.clone(),
            count: counts.get(&unit.id).copied().unwrap_or_default(),
        };
        Ok(loaded.wave.units.iter().map(of).collect())
    }
}

/// A code leads to the form, and is drawn before the fieldwork ends.
fn check_invites(wave: &Wave) -> Result<(), Findings> {
    let mut found = Findings::default();
    if !matches!(wave.state, WaveState::Draft | WaveState::Open) {
        let message = format!("the wave is {}; invitations are drawn before it is closed", wave.state.as_str());
        found.push("wave", "not_open", message);
    }
    if !wave.plan.modes.contains(&Mode::Web) {
        found.push("modes", "not_allowed", "a code leads to the form, and the wave takes no web answers");
    }
    found.into_result(())
}
