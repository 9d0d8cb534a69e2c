//! `/i/{wave}`: where the code of an invitation is typed, and what is said of one that opens no form.
//!
//! The code is a field of a form and never a part of an address: addresses are logged, kept and sent on. On a sheet it
//! stands in the fragment of the link, which browsers keep to themselves.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum_extra::extract::WithRejection;

use super::form::{Answered, draft, field, not_open, public_wave};
use super::journey::Step;
use super::pages::{show_invitation, show_step, unkept};
use super::throttle::{count_refusal, count_try, show_wait};
use crate::pipeline::Platform;
use crate::web::{Address, ForPage, Sender};

/// The most characters that are read of a code, with room for spaces and hyphens.
const CODE_LENGTH_MAX: usize = 64;

/// The form that asks for a code.
pub(super) async fn ask_for_code(
    State(platform): State<Platform>,
    address: Address,
    WithRejection(Path(wave), _): ForPage<Path<String>>,
) -> Answered {
    let wave = public_wave(&platform, &wave).await?;
    not_open(&platform, &address, &wave, StatusCode::GONE).unwrap_or_else(|| show_invitation(&address, &wave, "", None))
}

/// Opens the form of the code's unit, with the code in it.
pub(super) async fn use_code(
    State(platform): State<Platform>,
    address: Address,
    sender: Sender,
    WithRejection(Path(wave), _): ForPage<Path<String>>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Answered {
    let wave = public_wave(&platform, &wave).await?;
    let Form(fields) = form?;
    if let Some(answer) = not_open(&platform, &address, &wave, StatusCode::CONFLICT) {
        return answer;
    }
    // Some paste the whole link, which has the code behind the `#`.
    let pasted = field(&fields, "code").trim();
    let code = pasted.rsplit_once('#').map_or(pasted, |(_, code)| code);
    let typed: String = code.chars().take(CODE_LENGTH_MAX).collect();
    if typed.is_empty() {
        return show_invitation(&address, &wave, "", None);
    }
    if let Err(wait) = count_try(&sender, &typed) {
        return Ok(show_wait(wait));
    }
    match platform.invited(&wave, &typed).await? {
        Ok((platform, unit)) => {
            let fields = [("code".to_owned(), typed)];
            let draft = draft(&platform, &address, &wave, unit.as_str(), &fields)?;
            // The language switch leads on from the form, and not from here.
            let address = Address { path: draft.address(), ..address };
            show_step(&address, &draft, Step::Questions(0), &[], false).map(unkept)
        }
        Err(refusal) => match count_refusal(&sender, refusal) {
            Ok(()) => show_invitation(&address, &wave, &typed, Some(refusal)),
            Err(wait) => Ok(show_wait(wait)),
        },
    }
}
