//! The register of units and their lineage.

use chrono::NaiveDate;
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{
    ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder,
};

use super::entities::{lineage, unit, wave_unit};
use super::waves::WaveId;
use super::writer::Work;
use super::{StorageError, Store};
use crate::foundation::Code;
use crate::survey::{LineageRow, Unit, UnitId, UnitRow, check_register};

/// Rows a statement: SQLite takes at most 32,766 values.
const ROWS_PER_STATEMENT: usize = 1_000;

/// Stands for "open" at the start of a validity, because a key cannot hold an empty date.
const OPEN_FROM: NaiveDate = NaiveDate::from_ymd_opt(1, 1, 1).expect("1 January of the year 1 is a date");
/// Stands for "open" at the end of a validity.
const OPEN_TO: NaiveDate = NaiveDate::from_ymd_opt(9999, 12, 31).expect("31 December 9999 is a date");

impl Store {
    /// The whole register, in order of code and validity.
    pub async fn units(&self) -> Result<Vec<Unit>, StorageError> {
        units(&self.reader).await
    }

    /// The units of the register that a wave measures, in no order.
    pub async fn units_of(&self, wave: WaveId) -> Result<Vec<Unit>, StorageError> {
        let measured = Query::select()
            .column(wave_unit::Column::UnitId)
            .from(wave_unit::Entity)
            .and_where(wave_unit::Column::WaveId.eq(wave.0))
            .to_owned();
        let models = unit::Entity::find().filter(unit::Column::Id.in_subquery(measured)).all(&self.reader).await?;
        models.into_iter().map(unit_of).collect()
    }

    /// Adds the units that the register lacks, all or none. Returns how many are new.
    pub async fn import_units(&self, rows: &[UnitRow]) -> Result<usize, StorageError> {
        self.transaction(&ImportUnits(rows)).await
    }

    /// Adds the lines of descent that are not there yet, all or none. Returns how many are new.
    pub async fn import_lineage(&self, rows: &[LineageRow]) -> Result<u64, StorageError> {
        self.transaction(&ImportLineage(rows)).await
    }

    /// All lines of descent, in order of predecessor.
    pub async fn lineage(&self) -> Result<Vec<LineageRow>, StorageError> {
        let models = lineage::Entity::find()
            .order_by_asc(lineage::Column::FromCode)
            .order_by_asc(lineage::Column::ToCode)
            .all(&self.reader)
            .await?;
        models.into_iter().map(lineage_row).collect()
    }
}

struct ImportUnits<'a>(&'a [UnitRow]);

impl Work for ImportUnits<'_> {
    type Output = usize;

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<usize, StorageError> {
        let new = check_register(&units(transaction).await?, self.0)?;
        for chunk in new.chunks(ROWS_PER_STATEMENT) {
            let models = chunk.iter().map(unit_model).collect::<Result<Vec<_>, _>>()?;
            unit::Entity::insert_many(models).exec_without_returning(transaction).await?;
        }
        Ok(new.len())
    }
}

struct ImportLineage<'a>(&'a [LineageRow]);

impl Work for ImportLineage<'_> {
    type Output = u64;

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<u64, StorageError> {
        use lineage::Column::{EffectiveOn, FromCode, FromProvince, ToCode};
        let mut new = 0;
        for chunk in self.0.chunks(ROWS_PER_STATEMENT) {
            let once = OnConflict::columns([FromProvince, FromCode, ToCode, EffectiveOn]).do_nothing().to_owned();
            let rows = lineage::Entity::insert_many(chunk.iter().map(lineage_model)).on_conflict(once);
            new += rows.exec_without_returning(transaction).await?;
        }
        Ok(new)
    }
}

async fn units(connection: &impl ConnectionTrait) -> Result<Vec<Unit>, StorageError> {
    let models = unit::Entity::find()
        .order_by_asc(unit::Column::Code)
        .order_by_asc(unit::Column::ValidFrom)
        .all(connection)
        .await?;
    models.into_iter().map(unit_of).collect()
}

fn unit_model(row: &UnitRow) -> Result<unit::ActiveModel, StorageError> {
    Ok(unit::ActiveModel {
        id: NotSet,
        code: Set(row.code.to_string()),
        level: Set(row.level.to_string()),
        kind: Set(row.kind.to_string()),
        parent_code: Set(row.parent_code.as_ref().map(Code::to_string)),
        names: Set(serde_json::to_string(&row.names).map_err(|error| StorageError::damaged("unit", error))?),
        valid_from: Set(row.valid_from.unwrap_or(OPEN_FROM)),
        valid_to: Set(row.valid_to.unwrap_or(OPEN_TO)),
    })
}

fn unit_of(model: unit::Model) -> Result<Unit, StorageError> {
    let row = UnitRow {
        code: code("unit", model.code)?,
        level: code("unit", model.level)?,
        kind: code("unit", model.kind)?,
        parent_code: model.parent_code.map(|parent| code("unit", parent)).transpose()?,
        names: serde_json::from_str(&model.names).map_err(|error| StorageError::damaged("unit", error))?,
        valid_from: Some(model.valid_from).filter(|from| *from != OPEN_FROM),
        valid_to: Some(model.valid_to).filter(|to| *to != OPEN_TO),
    };
    Ok(Unit { id: UnitId(model.id), row })
}

fn lineage_model(row: &LineageRow) -> lineage::ActiveModel {
    lineage::ActiveModel {
        id: NotSet,
        from_province: Set(row.from_province.clone()),
        from_district_code: Set(row.from_district_code.as_ref().map(Code::to_string)),
        from_code: Set(row.from_code.to_string()),
        from_name: Set(row.from_name.clone()),
        to_province_code: Set(row.to_province_code.to_string()),
        to_code: Set(row.to_code.to_string()),
        to_name: Set(row.to_name.clone()),
        effective_on: Set(row.effective_on),
        share: Set(row.share),
        legal_basis: Set(row.legal_basis.clone()),
    }
}

fn lineage_row(model: lineage::Model) -> Result<LineageRow, StorageError> {
    Ok(LineageRow {
        from_province: model.from_province,
        from_district_code: model.from_district_code.map(|text| code("lineage", text)).transpose()?,
        from_code: code("lineage", model.from_code)?,
        from_name: model.from_name,
        to_province_code: code("lineage", model.to_province_code)?,
        to_code: code("lineage", model.to_code)?,
        to_name: model.to_name,
        effective_on: model.effective_on,
        share: model.share,
        legal_basis: model.legal_basis,
    })
}

pub(super) fn code(table: &'static str, text: String) -> Result<Code, StorageError> {
    Code::new(text).map_err(|error| StorageError::damaged(table, error))
}
