//! Receipts: whether a form with this code was received. The code leads to no answer and to nobody.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::WithRejection;
use serde::Deserialize;

use super::pages::unkept;
use crate::pipeline::Platform;
use crate::survey::Wave;
use crate::web::{Address, ForPage, Language, Page, PageError, Style, render};

/// The most characters that are read of a code, with room for spaces and hyphens.
const CODE_LENGTH_MAX: usize = 64;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    code: String,
}

struct ReceiptAnswer {
    title: String,
    words: String,
}

#[derive(Template)]
#[template(path = "form/receipt.html")]
struct ReceiptPage {
    page: Page,
    code: String,
    answer: Option<ReceiptAnswer>,
}

/// The form that asks for a code, with the answer when one was given.
pub(super) async fn show_receipt(
    State(platform): State<Platform>,
    address: Address,
    WithRejection(Query(asked), _): ForPage<Query<Asked>>,
) -> Result<Response, PageError> {
    let code: String = asked.code.trim().chars().take(CODE_LENGTH_MAX).collect();
    let answer = if code.is_empty() {
        None
    } else {
        let wave = platform.intake().find_receipt(&code).await?;
        Some(answer(wave.as_deref(), address.language))
    };
    let template =
        ReceiptPage { page: Page::new(&address, address.language.t("receipt-title"), Style::Form), code, answer };
    render(StatusCode::OK, &template).map(unkept)
}

fn answer(wave: Option<&Wave>, language: Language) -> ReceiptAnswer {
    match wave {
        Some(wave) => ReceiptAnswer {
            title: language.t("receipt-found"),
            words: language.t_with("receipt-found.words", [("wave", wave.plan.title.get(language.tag()).into())]),
        },
        None => ReceiptAnswer { title: language.t("receipt-missing"), words: language.t("receipt-missing.words") },
    }
}
