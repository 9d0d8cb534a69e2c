//! Questionnaires and waves.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QueryTrait,
};

use super::entities::{questionnaire, wave, wave_unit};
use super::writer::Work;
use super::{StorageError, Store};
use crate::survey::{Plan, Questionnaire, Recordings, Unit, UnitId, WaveState};

/// A wave's number in the keys of the large tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WaveId(pub i32);

/// A wave as it is kept; the units are identities in the register.
#[derive(Debug, Clone)]
pub struct StoredWave {
    /// Its number.
    pub id: WaveId,
    /// What was decided.
    pub plan: Plan,
    /// Where it stands.
    pub state: WaveState,
    /// What is asked.
    pub questionnaire: Questionnaire,
    /// The measured units, in the plan's order.
    pub units: Vec<UnitId>,
    /// What can be listened to.
    pub recordings: Recordings,
}

impl Store {
    /// Keeps a version of a questionnaire; the same version again changes nothing.
    pub async fn keep_questionnaire(&self, asked: &Questionnaire) -> Result<(), StorageError> {
        let row = questionnaire::ActiveModel {
            code: Set(asked.code.to_string()),
            version: Set(asked.version.clone()),
            content: Set(asked.to_toml()),
        };
        let once = OnConflict::columns([questionnaire::Column::Code, questionnaire::Column::Version]);
        let once = once.clone().do_nothing().to_owned();
        self.execute(&questionnaire::Entity::insert(row).on_conflict(once).into_query()).await?;
        Ok(())
    }

    /// All versions of the questionnaire with this code.
    pub async fn questionnaires(&self, code: &str) -> Result<Vec<Questionnaire>, StorageError> {
        let found = questionnaire::Entity::find()
            .filter(questionnaire::Column::Code.eq(code))
            .order_by_asc(questionnaire::Column::Version)
            .all(&self.reader)
            .await?;
        found.iter().map(read_questionnaire).collect()
    }

    /// Keeps a new wave as a draft.
    pub async fn create_wave(&self, plan: &Plan, asked: &Questionnaire, units: &[Unit]) -> Result<(), StorageError> {
        self.keep_questionnaire(asked).await?;
        self.transaction(&CreateWave { plan, asked, units }).await
    }

    /// The wave with this code.
    pub async fn wave(&self, code: &str) -> Result<Option<StoredWave>, StorageError> {
        match wave::Entity::find().filter(wave::Column::Code.eq(code)).one(&self.reader).await? {
            Some(model) => Ok(Some(self.read_wave(model).await?)),
            None => Ok(None),
        }
    }

    /// What may change of the wave with this code: where it stands, and what can be listened to.
    pub async fn wave_now(&self, code: &str) -> Result<Option<(WaveState, Recordings)>, StorageError> {
        match wave::Entity::find().filter(wave::Column::Code.eq(code)).one(&self.reader).await? {
            Some(model) => Ok(Some((read_state(&model)?, self.recordings(model.id).await?))),
            None => Ok(None),
        }
    }

    /// The codes and states of all waves.
    pub async fn wave_states(&self) -> Result<Vec<(String, WaveState)>, StorageError> {
        let models = wave::Entity::find().order_by_asc(wave::Column::Code).all(&self.reader).await?;
        models.into_iter().map(|model| Ok((model.code.clone(), read_state(&model)?))).collect()
    }

    /// Moves a wave from one state to the next, unless somebody else moved it in the meantime. Returns whether it did.
    pub async fn advance_wave(&self, code: &str, from: WaveState, to: WaveState) -> Result<bool, StorageError> {
        let moved = wave::Entity::update_many()
            .col_expr(wave::Column::State, to.as_str().into())
            .filter(wave::Column::Code.eq(code))
            .filter(wave::Column::State.eq(from.as_str()));
        Ok(self.execute(&moved.into_query()).await? == 1)
    }

    async fn read_wave(&self, model: wave::Model) -> Result<StoredWave, StorageError> {
        let version = (model.questionnaire_code.clone(), model.questionnaire_version.clone());
        let asked = questionnaire::Entity::find_by_id(version).one(&self.reader).await?;
        let asked = asked.ok_or_else(|| StorageError::damaged("wave", "its questionnaire is gone"))?;
        let units = wave_unit::Entity::find()
            .filter(wave_unit::Column::WaveId.eq(model.id))
            .order_by_asc(wave_unit::Column::Position)
            .all(&self.reader)
            .await?;
        Ok(StoredWave {
            id: WaveId(model.id),
            plan: Plan::from_toml(&model.plan).map_err(|error| StorageError::damaged("wave", error))?,
            state: read_state(&model)?,
            questionnaire: read_questionnaire(&asked)?,
            units: units.into_iter().map(|unit| UnitId(unit.unit_id)).collect(),
            recordings: self.recordings(model.id).await?,
        })
    }
}

struct CreateWave<'a> {
    plan: &'a Plan,
    asked: &'a Questionnaire,
    units: &'a [Unit],
}

impl Work for CreateWave<'_> {
    type Output = ();

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), StorageError> {
        let Self { plan, asked, units } = *self;
        let taken = wave::Entity::find().filter(wave::Column::Code.eq(plan.code.as_str())).one(transaction).await?;
        if taken.is_some() {
            let hint = "; a wave is never replaced, choose another code";
            return Err(StorageError::Taken { what: "wave", code: plan.code.to_string(), hint });
        }
        let row = wave::ActiveModel {
            id: NotSet,
            code: Set(plan.code.to_string()),
            state: Set(WaveState::Draft.as_str().to_owned()),
            plan: Set(plan.to_toml()),
            questionnaire_code: Set(asked.code.to_string()),
            questionnaire_version: Set(asked.version.clone()),
        };
        let wave_id = wave::Entity::insert(row).exec(transaction).await?.last_insert_id;
        let positioned = (0..).zip(units).map(|(position, unit)| wave_unit::ActiveModel {
            wave_id: Set(wave_id),
            position: Set(position),
            unit_id: Set(unit.id.0),
        });
        for chunk in positioned.collect::<Vec<_>>().chunks(1_000) {
            wave_unit::Entity::insert_many(chunk.iter().cloned()).exec_without_returning(transaction).await?;
        }
        Ok(())
    }
}

fn read_questionnaire(model: &questionnaire::Model) -> Result<Questionnaire, StorageError> {
    Questionnaire::from_toml(&model.content).map_err(|error| StorageError::damaged("questionnaire", error))
}

fn read_state(model: &wave::Model) -> Result<WaveState, StorageError> {
    WaveState::from_name(&model.state)
        .ok_or_else(|| StorageError::damaged("wave", format!("the state {:?} is unknown", model.state)))
}
