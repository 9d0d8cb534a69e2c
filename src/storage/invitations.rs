//! Draws and the codes that they gave out. How a code is spent is in `spending.rs`.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, EntityTrait, FromQueryResult, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::entities::{invitation, invitation_count, invitation_draw};
use super::waves::WaveId;
use super::writer::Work;
use super::{StorageError, Store};
use crate::foundation::Code;
use crate::survey::{InvitationCount, InvitationState, MadeDraw, Placement, UnitId};

/// Rows a statement: SQLite takes at most 32,766 values.
const ROWS_PER_STATEMENT: usize = 1_000;

/// A code to be given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvitation {
    /// The unit that is rated.
    pub unit: UnitId,
    /// A one-way derivation of the code.
    pub hash: Uuid,
    /// The place in the sample that the answer will have.
    pub placement: Placement,
    /// 0 for who is invited at once, else the turn in which a reserve steps in.
    pub reserve: u32,
}

/// A draw to be kept.
#[derive(Debug, Clone)]
pub struct NewDraw {
    /// The wave.
    pub wave: WaveId,
    /// The day.
    pub drawn_on: NaiveDate,
    /// The seed.
    pub seed: u64,
    /// The hash of the frame's content.
    pub frame_hash: String,
    /// The sample design as it was written.
    pub design: String,
    /// The codes.
    pub invitations: Vec<NewInvitation>,
}

/// What is kept of a code that is not spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptInvitation {
    /// The unit that is rated.
    pub unit: UnitId,
    /// Whether the code is taken.
    pub state: InvitationState,
}

impl Store {
    /// Keeps a draw with all its codes, or nothing. A wave that has a draw takes another only `again`. Returns its number.
    pub async fn keep_draw(&self, draw: &NewDraw, again: bool) -> Result<i32, StorageError> {
        let number = self.transaction(&KeepDraw { draw, again }).await?;
        // So that codes are found by the key and not by a walk through all.
        self.writer.tidy_up("ANALYZE invitation").await?;
        Ok(number)
    }

    /// The draws of a wave, the first one first.
    pub async fn draws(&self, wave: WaveId) -> Result<Vec<MadeDraw>, StorageError> {
        let draws = invitation_draw::Entity::find()
            .filter(invitation_draw::Column::WaveId.eq(wave.0))
            .order_by_asc(invitation_draw::Column::Number)
            .all(&self.reader)
            .await?;
        let kept = |draw: invitation_draw::Model| MadeDraw {
            number: draw.number,
            drawn_on: draw.drawn_on,
            seed: draw.seed,
            frame_hash: draw.frame_hash,
        };
        Ok(draws.into_iter().map(kept).collect())
    }

    /// The code with this hash; nothing if it was spent, or never given out.
    pub async fn invitation(&self, wave: WaveId, hash: Uuid) -> Result<Option<KeptInvitation>, StorageError> {
        let found = invitation::Entity::find()
            .filter(invitation::Column::WaveId.eq(wave.0))
            .filter(invitation::Column::Hash.eq(hash))
            .one(&self.reader)
            .await?;
        found.map(|row| Ok(KeptInvitation { unit: UnitId(row.unit_id), state: state(&row.state)? })).transpose()
    }

    /// Takes back those of `hashes` that are not spent; all of the wave if nothing is named. Returns how many were taken back.
    pub async fn revoke_invitations(&self, wave: WaveId, hashes: Option<&[Uuid]>) -> Result<u64, StorageError> {
        self.transaction(&Revoke { wave, hashes }).await
    }

    /// Lets the reserves of a stratum and a sampling unit (of all, where nothing is named) step in, up to a turn. Returns how
    /// many did.
    pub async fn release_reserves(
        &self,
        wave: WaveId,
        (stratum, psu): (Option<&str>, Option<&str>),
        up_to: u32,
    ) -> Result<u64, StorageError> {
        let which = Condition::all()
            .add_option(stratum.map(|stratum| invitation::Column::Stratum.eq(stratum)))
            .add_option(psu.map(|psu| invitation::Column::Psu.eq(psu)));
        let released = invitation::Entity::update_many()
            .col_expr(invitation::Column::State, Expr::value(InvitationState::Open.as_str()))
            .filter(invitation::Column::WaveId.eq(wave.0))
            .filter(invitation::Column::State.eq(InvitationState::Reserve.as_str()))
            .filter(invitation::Column::Reserve.lte(i64::from(up_to)))
            .filter(which);
        self.execute(&released.into_query()).await
    }

    /// How many codes are where, by unit.
    pub async fn invitation_counts(&self, wave: WaveId) -> Result<BTreeMap<UnitId, InvitationCount>, StorageError> {
        let mut counts: BTreeMap<UnitId, InvitationCount> = BTreeMap::new();
        let given = invitation_count::Entity::find().filter(invitation_count::Column::WaveId.eq(wave.0));
        for row in given.all(&self.reader).await? {
            let count = counts.entry(UnitId(row.unit_id)).or_default();
            count.invited += row.invited.unsigned_abs();
            count.reserves += row.reserves.unsigned_abs();
        }
        let left = invitation::Entity::find()
            .select_only()
            .columns([invitation::Column::UnitId, invitation::Column::State])
            .column_as(invitation::Column::Hash.count(), "codes")
            .filter(invitation::Column::WaveId.eq(wave.0))
            .group_by(invitation::Column::UnitId)
            .group_by(invitation::Column::State)
            .into_model::<Left>()
            .all(&self.reader)
            .await?;
        for row in left {
            let count = counts.entry(UnitId(row.unit_id)).or_default();
            let codes = row.codes.unsigned_abs();
            match state(&row.state)? {
                InvitationState::Open => count.open += codes,
                InvitationState::Reserve => count.standing_by += codes,
                InvitationState::Revoked => count.revoked += codes,
            }
        }
        Ok(counts)
    }
}

/// How many codes of a unit are in a state.
#[derive(FromQueryResult)]
struct Left {
    unit_id: i64,
    state: String,
    codes: i64,
}

fn state(name: &str) -> Result<InvitationState, StorageError> {
    InvitationState::from_name(name)
        .ok_or_else(|| StorageError::damaged("invitation", format!("the state {name:?} is unknown")))
}

struct Revoke<'a> {
    wave: WaveId,
    hashes: Option<&'a [Uuid]>,
}

impl Work for Revoke<'_> {
    type Output = u64;

    /// All of them or none: whoever is told that it failed may begin again.
    async fn run(&self, transaction: &DatabaseTransaction) -> Result<u64, StorageError> {
        let revoke = |which: Condition| {
            invitation::Entity::update_many()
                .col_expr(invitation::Column::State, Expr::value(InvitationState::Revoked.as_str()))
                .filter(invitation::Column::WaveId.eq(self.wave.0))
                .filter(invitation::Column::State.ne(InvitationState::Revoked.as_str()))
                .filter(which)
        };
        let Some(hashes) = self.hashes else {
            return Ok(revoke(Condition::all()).exec(transaction).await?.rows_affected);
        };
        let mut revoked = 0;
        for chunk in hashes.chunks(ROWS_PER_STATEMENT) {
            let these = Condition::all().add(invitation::Column::Hash.is_in(chunk.iter().copied()));
            revoked += revoke(these).exec(transaction).await?.rows_affected;
        }
        Ok(revoked)
    }
}

struct KeepDraw<'a> {
    draw: &'a NewDraw,
    again: bool,
}

impl Work for KeepDraw<'_> {
    type Output = i32;

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<i32, StorageError> {
        let draw = self.draw;
        let before = invitation_draw::Entity::find()
            .filter(invitation_draw::Column::WaveId.eq(draw.wave.0))
            .count(transaction)
            .await?;
        if before > 0 && !self.again {
            let hint = "; its codes are given out. `--again` draws further ones beside them";
            return Err(StorageError::Taken { what: "draw", code: before.to_string(), hint });
        }
        let number = i32::try_from(before + 1).map_err(|error| StorageError::damaged("invitation_draw", error))?;
        let row = invitation_draw::ActiveModel {
            wave_id: Set(draw.wave.0),
            number: Set(number),
            drawn_on: Set(draw.drawn_on),
            seed: Set(i64::try_from(draw.seed).map_err(|error| StorageError::damaged("invitation_draw", error))?),
            frame_hash: Set(draw.frame_hash.clone()),
            design: Set(draw.design.clone()),
        };
        let once = OnConflict::columns([invitation_draw::Column::WaveId, invitation_draw::Column::Number]);
        let kept = invitation_draw::Entity::insert(row)
            .on_conflict(once.clone().do_nothing().to_owned())
            .exec_without_returning(transaction)
            .await?;
        if kept == 0 {
            return Err(StorageError::LostRace);
        }
        keep_codes(transaction, draw).await?;
        keep_counts(transaction, draw, number).await?;
        Ok(number)
    }
}

async fn keep_codes(transaction: &DatabaseTransaction, draw: &NewDraw) -> Result<(), StorageError> {
    let mut rows: Vec<&NewInvitation> = draw.invitations.iter().collect();
    // By hash, so that codes do not lie in the order in which they were printed.
    rows.sort_unstable_by_key(|row| row.hash);
    let model = |new: &&NewInvitation| {
        let state = if new.reserve > 0 { InvitationState::Reserve } else { InvitationState::Open };
        invitation::ActiveModel {
            wave_id: Set(draw.wave.0),
            unit_id: Set(new.unit.0),
            hash: Set(new.hash),
            stratum: Set(new.placement.stratum.to_string()),
            psu: Set(new.placement.psu.as_ref().map(Code::to_string)),
            weight: Set(new.placement.weight.billionths()),
            state: Set(state.as_str().to_owned()),
            reserve: Set(i32::try_from(new.reserve).unwrap_or(i32::MAX)),
        }
    };
    for chunk in rows.chunks(ROWS_PER_STATEMENT) {
        invitation::Entity::insert_many(chunk.iter().map(model)).exec_without_returning(transaction).await?;
    }
    Ok(())
}

async fn keep_counts(transaction: &DatabaseTransaction, draw: &NewDraw, number: i32) -> Result<(), StorageError> {
    let mut counts: BTreeMap<(UnitId, &str, &str), (i64, i64)> = BTreeMap::new();
    for new in &draw.invitations {
        let psu = new.placement.psu.as_ref().map_or("", Code::as_str);
        let (invited, reserves) = counts.entry((new.unit, new.placement.stratum.as_str(), psu)).or_default();
        *if new.reserve > 0 { reserves } else { invited } += 1;
    }
    let model = |((unit, stratum, psu), (invited, reserves)): ((UnitId, &str, &str), (i64, i64))| {
        invitation_count::ActiveModel {
            wave_id: Set(draw.wave.0),
            unit_id: Set(unit.0),
            number: Set(number),
            stratum: Set(stratum.to_owned()),
            psu: Set(psu.to_owned()),
            invited: Set(invited),
            reserves: Set(reserves),
        }
    };
    let rows: Vec<_> = counts.into_iter().map(model).collect();
    for chunk in rows.chunks(ROWS_PER_STATEMENT) {
        invitation_count::Entity::insert_many(chunk.iter().cloned()).exec_without_returning(transaction).await?;
    }
    Ok(())
}
