//! Recordings of questions: brought in by folder, heard on the form, sent whole and in parts.

use std::path::Path;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use plumbline::pipeline::PipelineError;
use plumbline::survey::WaveState;
use serde_json::json;
use tempfile::TempDir;

use crate::support::{Answer, Engine, World, on_both_engines, submission};

const OGG: &[u8] = b"OggS\0\x02 a voice that reads the first question";
const MP3: &[u8] = b"ID3\x04 a voice that reads the second question";

fn write(folder: &TempDir, name: &str, sound: &[u8]) {
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, sound).unwrap();
}

fn address(sound: &[u8]) -> String {
    format!("/sound/{}", &blake3::hash(sound).to_hex()[..32])
}

async fn findings(world: &World, folder: &Path) -> Vec<(String, &'static str)> {
    match world.platform.recordings().import("w", folder).await {
        Err(PipelineError::Invalid(found)) => found.0.into_iter().map(|finding| (finding.path, finding.code)).collect(),
        other => panic!("{other:?}"),
    }
}

async fn part(world: &World, range: &str) -> Answer {
    let request = Request::get(address(OGG)).header(header::RANGE, range).header(header::ACCEPT_ENCODING, "br, gzip");
    world.send(request.body(Body::empty()).unwrap()).await
}

on_both_engines! {
    async fn a_recording_is_heard_on_the_form_in_its_language_and_answers_say_so(database: TestDatabase) {
        let world = World::small(database).await;
        let mut heard = submission(1);
        heard["language"] = json!("hmn");
        assert_eq!(world.submit(&heard).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let folder = tempfile::tempdir().unwrap();
        write(&folder, "vi/q01.ogg", OGG);
        write(&folder, "vi/sex.ogg", OGG);
        write(&folder, "hmn/q02.mp3", MP3);
        write(&folder, ".DS_Store", b"what a file manager leaves behind");
        let imported = world.platform.recordings().import("w", folder.path()).await.unwrap();
        let told: Vec<_> = imported.iter().map(|of| (of.language.as_str(), of.count, of.bytes, of.silent.len())).collect();
        assert_eq!(told, [("hmn", 1, MP3.len() as u64, 5), ("vi", 2, 2 * OGG.len() as u64, 4)]);

        let vietnamese = world.get("/vi/s/w/D01?all=1").await.text;
        assert!(vietnamese.contains(&format!("src=\"{}\" aria-label=\"Nghe câu hỏi\"", address(OGG))), "{vietnamese}");
        assert!(!vietnamese.contains(&address(MP3)), "nobody asked for Hmong");
        let english = world.get("/en/s/w/D01").await.text;
        assert!(!english.contains("<audio"), "the text is English, and nothing says it in English");
        assert!(!world.get("/en/s/w/D01?all=1").await.text.contains("<audio"));
        assert_eq!(world.submit(&heard).await.status, StatusCode::CREATED);
    }

    async fn a_recording_is_sent_whole_or_in_parts_and_kept_for_good(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = tempfile::tempdir().unwrap();
        write(&folder, "vi/q01.ogg", OGG);
        world.platform.recordings().import("w", folder.path()).await.unwrap();
        let whole = world.get(&address(OGG)).await;
        assert_eq!((whole.status, whole.text.as_bytes()), (StatusCode::OK, OGG));
        assert_eq!(whole.headers[header::CONTENT_TYPE], "audio/ogg");
        assert_eq!(whole.headers[header::ACCEPT_RANGES], "bytes");
        assert!(whole.headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));

        let length = OGG.len();
        for (range, expected) in [
            ("bytes=0-", Some(0..length)),
            ("bytes=0-1", Some(0..2)),
            ("bytes=5-9999", Some(5..length)),
            ("bytes=-7", Some(length - 7..length)),
            ("bytes=0-1,4-5", None),
            ("pages=1", None),
        ] {
            let answer = part(&world, range).await;
            assert!(!answer.headers.contains_key(header::CONTENT_ENCODING), "{range}");
            let Some(expected) = expected else {
                assert_eq!((answer.status, answer.text.as_bytes()), (StatusCode::OK, OGG), "{range}");
                continue;
            };
            let told = format!("bytes {}-{}/{length}", expected.start, expected.end - 1);
            assert_eq!((answer.status, answer.text.as_bytes()), (StatusCode::PARTIAL_CONTENT, &OGG[expected]), "{range}");
            assert_eq!(answer.headers[header::CONTENT_RANGE], told.as_str());
        }
        let past = part(&world, &format!("bytes={length}-")).await;
        assert_eq!(past.status, StatusCode::RANGE_NOT_SATISFIABLE);
        assert_eq!(past.headers[header::CONTENT_RANGE], format!("bytes */{length}").as_str());
        for nowhere in [address(MP3), "/sound/%00".to_owned(), "/s/%00".to_owned(), "/api/v1/waves/%00".to_owned()] {
            assert_eq!(world.get(&nowhere).await.status, StatusCode::NOT_FOUND, "{nowhere}");
        }
        assert_eq!(world.submit_to("%00", &submission(1)).await.status, StatusCode::NOT_FOUND);
    }

    async fn a_recording_of_the_same_question_replaces_the_one_before(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = tempfile::tempdir().unwrap();
        for sound in [OGG, MP3] {
            write(&folder, "vi/q01.ogg", sound);
            world.platform.recordings().import("w", folder.path()).await.unwrap();
        }
        let page = world.get("/vi/s/w/D01").await.text;
        assert!(page.contains(&address(MP3)) && !page.contains(&address(OGG)), "{page}");
        world.platform.waves().advance("w", WaveState::Closed).await.unwrap();
        assert_eq!(findings(&world, folder.path()).await, [("wave".to_owned(), "not_allowed")]);
    }

    async fn a_folder_with_mistakes_is_not_taken_at_all(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(findings(&world, folder.path()).await, [(String::new(), "empty")]);
        write(&folder, "q01.ogg", OGG);
        write(&folder, "h_m/q01.ogg", OGG);
        write(&folder, "vi/q01.ogg", OGG);
        write(&folder, "vi/q01.mp3", MP3);
        write(&folder, "vi/q02.mp3", b"<html>not found</html>");
        write(&folder, "vi/q99.mp3", MP3);
        write(&folder, "VI/q01.wav", OGG);
        write(&folder, "vi/sex.ogg/q01.ogg", OGG);
        let long = [b"OggS".as_slice(), &vec![0; 1 << 20]].concat();
        write(&folder, "vi/q03.ogg", &long);
        write(&folder, "vi/q04.ogg", &long[..1 << 20]);
        let expected = [
            ("h_m", "invalid"),
            ("q01.ogg", "wrong_type"),
            ("vi/q01.mp3", "duplicate"),
            ("vi/q01.ogg", "duplicate"),
            ("vi/q02.mp3", "unknown_kind"),
            ("vi/q03.ogg", "too_long"),
            ("vi/q99.mp3", "unknown_item"),
            ("vi/sex.ogg", "wrong_type"),
        ];
        assert_eq!(findings(&world, folder.path()).await, expected.map(|(path, code)| (path.to_owned(), code)));
        assert_eq!(world.get(&address(OGG)).await.status, StatusCode::NOT_FOUND);
    }
}

#[test]
fn an_import_of_more_than_a_server_holds_in_memory_is_refused() {
    Engine::Sqlite.run(module_path!(), async |database| {
        let world = World::small(database).await;
        let folder = tempfile::tempdir().unwrap();
        let mebibyte = [OGG, &vec![0; (1 << 20) - OGG.len()]].concat();
        // 128 recordings are as much as is taken, and one more is too much.
        for number in 0..129_u8 {
            let language = format!("a{}", char::from(b'a' + number / 6));
            let item = ["q01", "q02", "q03", "q04", "why", "sex"][usize::from(number % 6)];
            write(&folder, &format!("{language}/{item}.ogg"), &mebibyte);
        }
        assert_eq!(findings(&world, folder.path()).await, [(String::new(), "too_many")]);
        std::fs::remove_file(folder.path().join("aa/q01.ogg")).unwrap();
        assert!(world.platform.recordings().import("w", folder.path()).await.is_ok());
    });
}
