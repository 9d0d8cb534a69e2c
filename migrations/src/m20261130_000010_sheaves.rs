//! Sheaves: the log of responses keeps no order of arrival. What a submission's id is known by, what has just come, and what is
//! kept for good each get a table of their own (`src/storage/sheaves.rs` says why).
//!
//! Hashes of content are not taken over: they were made of ratings and words together, and would tie them. A submission from before
//! this step that comes again is taken for the same whatever it says.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use super::columns::{column, create_large, key, nullable, table};
use super::m20261123_000001_main_job::{pending_batch, response};

/// The tenth step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Where units of so many responses and more are cut up: by so many digits of the key.
const CUT: &str =
    "CASE WHEN of_unit <= 512 THEN 0 WHEN of_unit <= 8192 THEN 1 WHEN of_unit <= 131072 THEN 2 ELSE 3 END";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [received(), inbox(), sheaf()] {
            create_large(manager, table).await?;
        }
        if !manager.has_table("response").await? {
            return Ok(());
        }
        let engine = Engine::of(manager);
        // What was pending is among the responses, and is counted with them anew.
        let due = "INSERT INTO recount_due (wave_id) SELECT DISTINCT wave_id FROM pending_batch WHERE true \
                   ON CONFLICT DO NOTHING";
        for statement in [due.to_owned(), engine.take_in_keys(), engine.bind_sheaves()] {
            manager.get_connection().execute_unprepared(&statement).await?;
        }
        for table in ["response", "pending_batch"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }

    /// The counts are formed anew by the program of before. It takes a submission that comes again for another one.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_large(manager, pending_batch()).await?;
        create_large(manager, response()).await?;
        let collector = Table::alter().table("response").add_column(nullable("collector").text()).to_owned();
        if !manager.has_column("response", "collector").await? {
            manager.alter_table(collector).await?;
        }
        let engine = Engine::of(manager);
        let due =
            "INSERT INTO recount_due (wave_id) SELECT DISTINCT wave_id FROM inbox WHERE true ON CONFLICT DO NOTHING";
        for statement in [due.to_owned(), engine.unbind("sheaf"), engine.unbind("inbox")] {
            manager.get_connection().execute_unprepared(&statement).await?;
        }
        for table in ["received", "inbox", "sheaf"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn received() -> TableCreateStatement {
    table("received")
        .col(column("wave_id").integer())
        .col(column("key").uuid())
        .col(column("content_hash").uuid())
        .primary_key(&mut key(&["wave_id", "key"]))
        .to_owned()
}

fn inbox() -> TableCreateStatement {
    table("inbox")
        .col(column("wave_id").integer())
        // In the key, so that what is yet to be counted is found whatever waits beside it.
        .col(column("is_counted").boolean())
        .col(column("unit_id").big_integer())
        .col(column("id").uuid())
        .col(column("entries").text())
        .col(column("words").text())
        .primary_key(&mut key(&["wave_id", "is_counted", "unit_id", "id"]))
        .to_owned()
}

fn sheaf() -> TableCreateStatement {
    table("sheaf")
        .col(column("wave_id").integer())
        .col(column("unit_id").big_integer())
        .col(column("branch").text())
        .col(column("entries").text())
        .primary_key(&mut key(&["wave_id", "unit_id", "branch"]))
        .to_owned()
}

/// How the engine writes what both can do.
struct Engine {
    is_sqlite: bool,
}

impl Engine {
    fn of(manager: &SchemaManager<'_>) -> Self {
        Self { is_sqlite: manager.get_database_backend() == DbBackend::Sqlite }
    }

    /// The character with this number.
    fn sign(&self, number: u8) -> String {
        if self.is_sqlite { format!("char({number})") } else { format!("chr({number})") }
    }

    fn digits_of_key(&self) -> &'static str {
        if self.is_sqlite { "lower(hex(key))" } else { "replace(CAST(key AS TEXT), '-', '')" }
    }

    fn take_in_keys(&self) -> String {
        let unknown =
            if self.is_sqlite { "zeroblob(16)" } else { "CAST('00000000-0000-0000-0000-000000000000' AS UUID)" };
        format!(
            "INSERT INTO received (wave_id, key, content_hash) SELECT wave_id, key, {unknown} FROM response WHERE true \
             ORDER BY wave_id, key ON CONFLICT DO NOTHING"
        )
    }

    fn bind_sheaves(&self) -> String {
        let bare = |column: &str| format!("CASE WHEN {column} LIKE '1~%' THEN substr({column}, 3) ELSE {column} END");
        let fields = [
            "digits".to_owned(),
            "stratum".to_owned(),
            "coalesce(psu, '')".to_owned(),
            "CAST(weight AS TEXT)".to_owned(),
            "mode".to_owned(),
            "source".to_owned(),
            "coalesce(collector, '')".to_owned(),
            "language".to_owned(),
            "CAST(answered_on AS TEXT)".to_owned(),
            "coalesce(CAST(duration_minutes AS TEXT), '')".to_owned(),
            bare("answers"),
            bare("respondent"),
        ];
        let line = fields.join(&format!(" || {} || ", self.sign(b'\t')));
        let (digits, end) = (self.digits_of_key(), self.sign(b'\n'));
        format!(
            "INSERT INTO sheaf (wave_id, unit_id, branch, entries) \
             SELECT wave_id, unit_id, substr(digits, 1, {CUT}) AS branch, '1~' || string_agg({line} || {end}, '' ORDER BY digits) \
             FROM (SELECT *, {digits} AS digits, count(*) OVER (PARTITION BY wave_id, unit_id) AS of_unit FROM response) AS kept \
             GROUP BY wave_id, unit_id, substr(digits, 1, {CUT})"
        )
    }

    /// Writes the lines of a table as rows.
    fn unbind(&self, table: &str) -> String {
        let (tab, end) = (self.sign(b'\t'), self.sign(b'\n'));
        let lines = format!("rtrim(substr(entries, 3), {end})");
        // Neither codes nor packed answers hold a quote or a backslash.
        let list = |text: &str, sign: &str| format!("'[\"' || replace({text}, {sign}, '\",\"') || '\"]'");
        let (rows, line) = if self.is_sqlite {
            (format!("json_each({})", list(&lines, &end)), "value")
        } else {
            (format!("CROSS JOIN LATERAL unnest(string_to_array({lines}, {end})) AS line"), "line")
        };
        let field = |number: usize| {
            if self.is_sqlite {
                format!("json_extract({}, '$[{number}]')", list(line, &tab))
            } else {
                format!("split_part({line}, {tab}, {})", number + 1)
            }
        };
        let text = |number: usize| format!("nullif({}, '')", field(number));
        let (key, unknown, day) = if self.is_sqlite {
            (format!("unhex({})", field(0)), "zeroblob(16)", field(8))
        } else {
            let key = format!("CAST({} AS UUID)", field(0));
            (key, "CAST('00000000-0000-0000-0000-000000000000' AS UUID)", format!("CAST({} AS DATE)", field(8)))
        };
        let comma = if self.is_sqlite { ", " } else { " " };
        format!(
            "INSERT INTO response (wave_id, unit_id, key, content_hash, stratum, psu, weight, mode, source, collector, language, \
             answered_on, duration_minutes, answers, respondent) \
             SELECT wave_id, unit_id, {key}, {unknown}, {}, {}, CAST({} AS BIGINT), {}, {}, {}, {}, {day}, CAST({} AS INTEGER), \
             '1~' || {}, '1~' || {} FROM {table}{comma}{rows}",
            field(1),
            text(2),
            field(3),
            field(4),
            field(5),
            text(6),
            field(7),
            text(9),
            field(10),
            field(11),
        )
    }
}
