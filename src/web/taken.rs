//! What a handler takes out of a request, refused the way the handler answers everything else.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::IntoResponse;

use super::PageError;

/// What axum's extractor `E` takes from a request. Where it refuses (a path that is not UTF-8, a parameter given twice)
/// the answer is an `R`, and not axum's line of plain text.
pub struct Taken<E, R>(pub E, pub PhantomData<R>);

/// What a page takes from a request; a refusal is a page in the reader's language.
pub type ForPage<E> = Taken<E, PageError>;

impl<S, E, R> FromRequestParts<S> for Taken<E, R>
where
    S: Send + Sync,
    E: FromRequestParts<S>,
    R: From<E::Rejection> + IntoResponse,
{
    type Rejection = R;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(E::from_request_parts(parts, state).await?, PhantomData))
    }
}
