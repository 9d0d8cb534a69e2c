//! Words that belong to certain rooms only, and words that give up.

use crate::rooms::{FLOORS, floor};
use crate::source::{SourceFile, SourceTree, Violation};
use crate::tokens::{shipped_tokens, texts_at, tokens};

/// Words and where they may stand.
struct Confined {
    words: &'static [&'static str],
    places: Places,
    reason: &'static str,
}

/// Where words may stand.
enum Places {
    /// In these rooms; `migrations` and `tests` count as rooms.
    Rooms(&'static [&'static str]),
    /// In rooms from this floor up, and in tests.
    FromFloor(u8),
    /// In these files.
    Files(&'static [&'static str]),
}

const CONFINED: &[Confined] = &[
    Confined {
        words: &["sea_orm", "sea_orm_migration", "sea_query"],
        places: Places::Rooms(&["storage", "migrations", "tests"]),
        reason: "the database is spoken to in `storage` and `migrations` only",
    },
    Confined {
        words: &["sqlx", "rusqlite", "tokio_postgres"],
        places: Places::Files(&["src/storage/hosts.rs", "src/storage/pool.rs"]),
        reason: "both engines are spoken to through `sea_orm`; only pools of connections need more",
    },
    Confined {
        words: &["axum", "axum_core", "axum_extra", "hyper", "tower_http"],
        places: Places::Rooms(&[
            "web",
            "entrance",
            "documents",
            "collection",
            "dissemination",
            "office",
            "app",
            "tests",
        ]),
        reason: "HTTP stays in the HTTP rooms",
    },
    Confined {
        words: &["statrs"],
        places: Places::Rooms(&["statistics"]),
        reason: "distributions come from `statistics`",
    },
    Confined {
        words: &["async", "await", "tokio"],
        places: Places::FromFloor(5),
        reason: "the core is plain functions that need no runtime",
    },
];

/// Where a file stands: its room, `migrations`, or `tests`.
fn place(file: &SourceFile) -> &str {
    if file.is_test { "tests" } else { file.room().unwrap_or_else(|| file.path.split('/').next().unwrap_or_default()) }
}

impl Confined {
    fn may_stand_in(&self, file: &SourceFile) -> bool {
        let place = place(file);
        match self.places {
            Places::Rooms(rooms) => rooms.contains(&place),
            Places::FromFloor(lowest) => floor(place).is_none_or(|floor| floor >= lowest),
            Places::Files(files) => files.contains(&file.path.as_str()),
        }
    }
}

/// `sea_orm`, `axum`, `statrs` and `async` stand only where they belong.
pub(crate) fn words_stay_in_their_rooms(tree: &SourceTree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.rust_files() {
        let forbidden: Vec<&Confined> = CONFINED.iter().filter(|confined| !confined.may_stand_in(file)).collect();
        let all = if file.is_test { tokens(file) } else { shipped_tokens(file) };
        for token in all {
            if let Some(confined) = forbidden.iter().find(|confined| confined.words.contains(&token.text)) {
                found.push(file.violation(token.line, "word", format!("`{}`: {}", token.text, confined.reason)));
            }
        }
    }
    found
}

/// Outside tests nothing unwraps, panics, or is left to be done.
pub(crate) fn nothing_gives_up(tree: &SourceTree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.rust_files() {
        let tokens = shipped_tokens(file);
        for (at, token) in tokens.iter().enumerate() {
            let is_macro =
                ["panic", "todo", "unimplemented", "dbg"].contains(&token.text) && texts_at(&tokens, at + 1, &["!"]);
            let is_method =
                ["unwrap", "unwrap_err"].contains(&token.text) && at > 0 && [".", "::"].contains(&tokens[at - 1].text);
            if is_macro || is_method {
                let message =
                    format!("`{}` outside tests; return an error, or `expect` the stated invariant", token.text);
                found.push(file.violation(token.line, "gives up", message));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::assert_reports;

    #[test]
    fn a_word_outside_its_rooms_is_reported() {
        let table = [
            ("src/pipeline/mod.rs", "use sea_orm::DbErr;"),
            ("src/app/mod.rs", "use sea_orm_migration::MigratorTrait;"),
            ("src/storage/mod.rs", "use axum::Router;"),
            ("migrations/src/lib.rs", "use axum::Router;"),
            ("src/estimation/mod.rs", "use statrs::distribution::Normal;"),
            ("tests/it/reference.rs", "use statrs::distribution::Normal;"),
            ("src/storage/mod.rs", "use sqlx::Row;"),
            ("tests/it/main.rs", "use sqlx::Row;"),
        ];
        for (path, text) in table {
            assert_reports(words_stay_in_their_rooms, &[(path, text)], &[&format!("{path}:1")]);
        }
    }

    #[test]
    fn a_word_in_its_rooms_a_comment_or_a_test_is_fine() {
        let table = [
            ("src/storage/mod.rs", "use sea_orm::DbErr;"),
            ("migrations/src/lib.rs", "use sea_orm_migration::prelude::*;"),
            ("src/storage/pool.rs", "use sea_orm::sqlx;"),
            ("src/web/mod.rs", "use axum::Router;\nasync fn f() {}"),
            ("src/statistics/mod.rs", "use statrs::distribution::Normal;"),
            ("src/survey/mod.rs", "//! Knows no axum.\nconst A: &str = \"sqlx\";"),
            ("src/survey/mod.rs", "#[cfg(test)]\nmod tests { use sea_orm::DbErr; }"),
            ("tests/it/main.rs", "use sea_orm::DbErr;\nuse axum::Router;\nasync fn f() {}"),
            ("migrations/src/lib.rs", "async fn up() {}"),
        ];
        for (path, text) in table {
            assert_reports(words_stay_in_their_rooms, &[(path, text)], &[]);
        }
    }

    #[test]
    fn async_is_reported_on_floors_0_to_4_and_fine_above() {
        for (room, floor) in FLOORS {
            let path = format!("src/{room}/work.rs");
            let expected = format!("{path}:2");
            let expected: &[&str] = if *floor <= 4 { &[&expected] } else { &[] };
            assert_reports(words_stay_in_their_rooms, &[(&path, "\nasync fn f() {}")], expected);
        }
    }

    #[test]
    fn giving_up_outside_tests_is_reported() {
        for text in [
            "x.unwrap();",
            "x.unwrap_err();",
            "map(Option::unwrap)",
            "panic!()",
            "todo!()",
            "unimplemented!()",
            "dbg!(x)",
        ] {
            for path in ["src/web/mod.rs", "migrations/src/lib.rs"] {
                assert_reports(nothing_gives_up, &[(path, text)], &[&format!("{path}:1")]);
            }
        }
    }

    #[test]
    fn giving_up_in_tests_and_in_words_is_fine() {
        let table = [
            ("tests/it/main.rs", "x.unwrap();"),
            ("src/web/mod.rs", "#[cfg(test)]\nmod tests { fn f() { x.unwrap(); panic!() } }"),
            (
                "src/web/mod.rs",
                "/// Like `x.unwrap()`, panic!\nfn f() { x.unwrap_or_default().expect(\"todo!\"); panic::catch_unwind(g) }",
            ),
        ];
        for (path, text) in table {
            assert_reports(nothing_gives_up, &[(path, text)], &[]);
        }
    }
}
