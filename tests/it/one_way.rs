//! The one way to write: with the file of the store moved away, whatever would write fails, says so, and has written nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, header};
use plumbline::accounts::Actor;
use plumbline::estimation::Shape;
use plumbline::foundation::{Code, LanguageTag, RatingScale};
use plumbline::jobs::{Claim, Job, JobId, JobKind, JobState};
use plumbline::pipeline::{Platform, SyntheticWave, Turn, TypedForm};
use plumbline::storage::{CountedResponse, KeptResponse, NewJob, StorageError, Store, WaveCounter, WaveId};
use plumbline::survey::{AccessKind, Mode, RawAnswers, Wave, WaveState};
use plumbline::validation::Submission;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::json;
use tempfile::TempDir;

use crate::jobs::nothing;
use crate::support::invitations::{frame, sample};
use crate::support::{Engine, SMALL_PLAN, World, submission};

const MOVED: &str = "was removed or replaced while it was in use";
/// The first bytes of a sound in Ogg.
const OGG: &[u8] = b"OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00";

/// What is kept, by table.
async fn kept(connection: &DatabaseConnection) -> Vec<(String, i64)> {
    let ask = |text: String| Statement::from_string(connection.get_database_backend(), text);
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name".to_owned();
    let mut kept = Vec::new();
    for row in connection.query_all_raw(ask(tables)).await.unwrap() {
        let name: String = row.try_get_by_index(0).unwrap();
        let count = connection.query_one_raw(ask(format!("SELECT COUNT(*) FROM \"{name}\""))).await.unwrap().unwrap();
        kept.push((name, count.try_get_by_index(0).unwrap()));
    }
    kept
}

/// A survey in which everything that can be written can be written now: `w` open with codes, a device and a form that waits for
/// its second entry; `c` closed; `d` a draft.
async fn everything_ready(world: &World) {
    let platform = &world.platform;
    let modes = "modes = [\"web\", \"kiosk\", \"paper\", \"interviewer\"]\nsynthetic = true";
    for (code, states) in [("v", &[WaveState::Open][..]), ("c", &[WaveState::Open, WaveState::Closed]), ("d", &[])] {
        let plan = SMALL_PLAN.replace("code = \"w\"", &format!("code = \"{code}\""));
        platform.waves().create(&plan.replace("modes = [\"web\", \"paper\"]", modes), Path::new(".")).await.unwrap();
        for state in states {
            platform.waves().advance(code, *state).await.unwrap();
        }
    }
    let mut random = ChaCha8Rng::seed_from_u64(1);
    grant(platform, "lan").await.unwrap();
    let draw = platform.invitations().prepare("v", frame(20).as_bytes(), &sample(1, 4, 1), &mut random).await.unwrap();
    platform.invitations().keep(&draw, false).await.unwrap();
    let clerk = clerk(platform);
    let wave = clerk.waves().find("v").await.unwrap();
    clerk.keying().enter(&wave, &wave.units[0], form(&wave, 5), Turn::First).await.unwrap();
}

async fn grant(platform: &Platform, name: &str) -> Result<String, plumbline::pipeline::PipelineError> {
    let mut random = ChaCha8Rng::seed_from_u64(name.bytes().map(u64::from).sum());
    platform.collectors().grant("v", AccessKind::Collector, &Code::new(name).unwrap(), None, &mut random).await
}

/// The platform on behalf of the clerk.
fn clerk(platform: &Platform) -> Platform {
    let code = |text: &str| Code::new(text).unwrap();
    platform.acting_for(Actor::with(plumbline::survey::Access {
        kind: AccessKind::Collector,
        name: code("lan"),
        wave: code("v"),
        unit: None,
        revoked: false,
    }))
}

fn form(wave: &Wave, rating: u8) -> TypedForm {
    let typed = json!({"answers": {"q01": rating, "q02": 4}, "respondent": {"sex": "F"}});
    TypedForm {
        batch: Code::new("B-1").unwrap(),
        form: 1,
        mode: Mode::Paper,
        language: LanguageTag::vietnamese(),
        answered_on: "2024-11-18".parse().unwrap(),
        answers: RawAnswers::from_json(&wave.questionnaire, |part| typed[part.as_str()].as_object()),
    }
}

fn job(object: &str) -> NewJob {
    NewJob {
        kind: JobKind::KeepRelease,
        object: object.to_owned(),
        argument: String::new(),
        wanted_by: "operator".to_owned(),
        wanted_on: "2024-12-01".parse().unwrap(),
    }
}

/// A claim to a job that is wanted now; to one that is nowhere, where nothing can be wanted.
async fn claim(store: &Store, object: &str) -> (Job, Claim) {
    let wanted = async {
        let id = store.want_job(&job(object)).await?;
        let job = store.job(id).await?.expect("it was wanted just now");
        let claim = store.claim_job(&job).await?.expect("nobody else works on it");
        Ok::<_, StorageError>((job, claim))
    };
    let NewJob { kind, object, argument, wanted_by, wanted_on } = job(object);
    let (id, state, message) = (JobId(0), JobState::Waiting, String::new());
    let nowhere =
        Job { id, kind, object, argument, state, done: 0, total: 0, tries: 0, beat: 0, wanted_by, wanted_on, message };
    wanted.await.unwrap_or((nowhere, Claim { id, attempt: 1 }))
}

/// Distributes the tables of a store that cannot: then it is done when it says so.
async fn without_citus(store: &Store) -> Result<(), StorageError> {
    match store.distribute().await {
        Err(StorageError::NoCitus) => Ok(()),
        result => result.map(drop),
    }
}

/// A file of responses, and a folder of recordings.
fn files_in(folder: &TempDir) -> (PathBuf, PathBuf) {
    let rows = folder.path().join("rows.csv");
    std::fs::write(
        &rows,
        "number,district,village,weight,mode,language,answered_on,q01,q02\n1,D01,v1,1,paper,vi,2024-11-18,5,4\n",
    )
    .unwrap();
    let sounds = folder.path().join("sounds");
    std::fs::create_dir_all(sounds.join("vi")).unwrap();
    std::fs::write(sounds.join("vi/q01.ogg"), OGG).unwrap();
    (rows, sounds)
}

/// Tries what each writing method of the store is for, and returns what was said, by the method.
async fn try_everything(platform: &Platform, folder: &TempDir) -> Vec<(&'static str, String)> {
    let mut said = Vec::new();
    macro_rules! tries {
        ($($method:literal: $call:expr;)*) => {
            $(said.push(($method, match $call.await {
                Ok(_) => "done".to_owned(),
                Err(error) => error.to_string(),
            }));)*
        };
    }
    let clerk = clerk(platform);
    let wave = clerk.waves().find("v").await.unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let draw = platform.invitations().prepare("v", frame(20).as_bytes(), &sample(1, 4, 1), &mut random).await.unwrap();
    let until = "2024-11-18".parse().unwrap();
    let invented = SyntheticWave { wave: "v".to_owned(), answers: 10, seed: 1, until };
    let (rows, sounds) = files_in(folder);
    let new_units = "code,level,kind,parent_code,name_vi\nD09,district,district,,Chín\n";
    let lineage = "from_province,from_code,from_name,to_province_code,to_code,to_name,effective_on,share,legal_basis\n\
                   Lào Cai,D01,Một,15,D09,Chín,2025-07-01,1,1673\n";
    let questionnaire = include_str!("support/small-questionnaire.toml").replace("version = \"1\"", "version = \"2\"");
    let plan = SMALL_PLAN.replace("code = \"w\"", "code = \"new\"");
    let shape = Shape::new::<[usize; 0]>(&[RatingScale::FIVE], &[]).unwrap();
    let store = platform.store();
    let (working, recounting, keeping) =
        (claim(store, "at work").await, claim(store, "recounted").await.1, claim(store, "kept").await.1);
    // Of another release than the one that the wave below comes to.
    let release_of_none = store.release_wave(claim(store, "nothing").await.1, WaveId(9), &nothing()).await;
    said.push(("release_wave", release_of_none.map_or_else(|error| error.to_string(), |_| "done".to_owned())));
    tries! {
        "import_units": platform.register().import_units(new_units.as_bytes());
        "import_lineage": platform.register().import_lineage(lineage.as_bytes());
        "keep_questionnaire": platform.waves().import_questionnaire(&questionnaire);
        "create_wave": platform.waves().create(&plan, Path::new("."));
        "advance_wave": platform.waves().advance("d", WaveState::Open);
        "release_wave": platform.waves().advance("c", WaveState::Released);
        "keep_access": grant(platform, "mai");
        "revoke_access": platform.collectors().revoke("v", "lan");
        "keep_draw": platform.invitations().keep(&draw, true);
        "revoke_invitations": platform.invitations().revoke("v", None::<&[u8]>);
        "release_reserves": platform.invitations().release_reserves("v", (None, None), 1);
        "keep_recordings": platform.recordings().import("v", &sounds);
        "keep_entry": clerk.keying().enter(&wave, &wave.units[0], form(&wave, 4), Turn::Second);
        "remove_entries": clerk.keying().settle(&wave, &wave.units[0], &form(&wave, 4));
        "insert_responses": platform.intake().submit(&wave, Submission::from_json(&submission(7), &wave));
        "insert_responses": platform.synthetic().invent(&invented, |_| {});
        "setting_or_insert": platform.imports().responses("v", &rows, Arc::default());
        "fold": platform.counts().fold();
        "settle": platform.store().settle(WaveId(1));
        "want_job": store.want_job(&job("wanted"));
        "claim_job": store.claim_job(&working.0);
        "beat_job": store.beat_job(working.1, 1, 2);
        "fail_job": store.fail_job(working.1, "no reason");
        "cancel_job": store.cancel_job(working.1.id);
        "recount": store.recount(recounting, WaveId(9), &CountsNothing(shape));
        "keep_release": store.keep_release(keeping, WaveId(1), &nothing());
        "replace_settings": platform.administrators().renew_token([3; 16]);
        "forget_replaced_settings": store.forget_replaced_settings();
        "try_to_commit": platform.store().try_to_commit();
        "forget_traces": platform.store().forget_traces();
        "migrate": platform.store().migrate();
        "distribute": without_citus(platform.store());
    }
    said
}

#[test]
fn nothing_is_written_into_a_file_that_was_moved_away() {
    Engine::Sqlite.run(module_path!(), async |database| {
        let file = PathBuf::from(database.url().strip_prefix("sqlite://").unwrap());
        let world = World::small(database).await;
        everything_ready(&world).await;
        world.submit(&submission(2)).await;
        world.platform.counts().fold().await.unwrap();
        let looking = world.database().connect().await;
        world.submit(&submission(1)).await;
        let before = kept(&looking).await;
        let folder = TempDir::with_prefix("plumbline-one-way-").unwrap();
        let elsewhere = file.with_file_name("elsewhere.db");
        std::fs::rename(&file, &elsewhere).unwrap();
        let said = try_everything(&world.platform, &folder).await;
        for (method, words) in &said {
            assert!(words.contains(MOVED), "{method}: {words}");
        }
        assert!(!file.exists(), "no empty file stands in for it");
        assert_eq!(kept(&looking).await, before);
        std::fs::rename(&elsewhere, &file).unwrap();
        let refused: Vec<_> = try_everything(&world.platform, &folder).await;
        let refused: Vec<_> = refused.iter().filter(|(_, words)| words != "done").collect();
        assert!(refused.is_empty(), "with the file in its place each is done: {refused:?}");
    });
}

/// Counts a wave without answers.
struct CountsNothing(Shape);

impl WaveCounter for CountsNothing {
    fn shape(&self) -> &Shape {
        &self.0
    }

    fn counted<'r>(&self, _: &KeptResponse<'r>) -> Result<CountedResponse<'r>, StorageError> {
        unreachable!("it has no answers")
    }
}

/// The methods of the store that write, by its sources.
fn writing_methods() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/storage")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap_or_default();
        let public = text.split("    pub async fn ").skip(1);
        for method in public {
            let name = method.split(['(', '<']).next().unwrap();
            let body = method.split("\n    }\n").next().unwrap();
            if [
                "self.transaction(",
                "self.execute(",
                "self.transaction_once(",
                "self.writer.migrate",
                "self.writer.tidy_up",
                "self.vacuum(",
            ]
            .iter()
            .any(|call| body.contains(call))
            {
                found.insert(name.to_owned());
            }
        }
    }
    found
}

#[test]
fn every_method_of_the_store_that_writes_is_tried() {
    let source = include_str!("one_way.rs");
    let methods = writing_methods();
    assert!(methods.len() > 15, "{methods:?}");
    let is_tried = |name: &String| source.contains(&format!("\"{name}\": "));
    let untried: Vec<_> = methods.iter().filter(|name| !is_tried(name)).collect();
    assert!(untried.is_empty(), "{untried:?}");
}

#[test]
fn no_address_takes_anything_while_the_file_is_moved_away() {
    Engine::Sqlite.run(module_path!(), async |database| {
        let file = PathBuf::from(database.url().strip_prefix("sqlite://").unwrap());
        let world = World::small(database).await;
        everything_ready(&world).await;
        let kiosk = Code::new("counter").unwrap();
        let mut random = ChaCha8Rng::seed_from_u64(9);
        let device =
            world.platform.collectors().grant("v", AccessKind::Kiosk, &kiosk, Some("D01"), &mut random).await.unwrap();
        let lan = grant(&world.platform, "thu").await.unwrap();
        let looking = world.database().connect().await;
        let before = kept(&looking).await;
        std::fs::rename(&file, file.with_file_name("elsewhere.db")).unwrap();
        let answers = "answers.q01=4&answers.q02=none&answers.q03=2&respondent.sex=F";
        let typed = "answers.q01=5&answers.q02=4&answers.q03=0&respondent.sex=1";
        let keyed = format!("unit=D01&batch=B-2&mode=paper&language=vi&day=2024-11-18&form=2&{typed}");
        let form = "application/x-www-form-urlencoded";
        for (path, kind, body) in [
            ("/api/v1/waves/v/responses".to_owned(), "application/json", submission(3).to_string()),
            ("/s/v/D01".to_owned(), form, format!("step=check&action=send&{answers}")),
            (format!("/k/{device}"), form, format!("step=check&action=send&{answers}")),
            ("/entry/form".to_owned(), form, format!("{keyed}&turn=only")),
            ("/entry/form".to_owned(), form, format!("{keyed}&turn=first")),
        ] {
            let request = Request::post(&path)
                .header(header::CONTENT_TYPE, kind)
                .header(header::COOKIE, format!("plumbline_collector={lan}"));
            let answer = world.send(request.body(Body::from(body)).unwrap()).await;
            assert_eq!(answer.status.as_u16(), 503, "{path}");
        }
        assert_eq!(kept(&looking).await, before);
    });
}
