//! The HTTP rooms, put together and served.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::timeout::TimeoutLayer;
use utoipa_axum::router::OpenApiRouter;

use super::error::AnyError;
use super::languages;
use super::listener::{self, ConnectionLimits};
use super::platform::random_bytes;
use super::terminal::say;
use crate::accounts::Actor;
use crate::config::{AllowanceConfig, Config, LimitsConfig};
use crate::documents::{no_such_address, no_such_method};
use crate::entrance::{SignIn, sign_in_route};
use crate::pipeline::Platform;
use crate::web::{Allowance, Limits, method_not_allowed, not_found, recognise};
use crate::{collection, dissemination, office, web};

/// A request that takes longer, its body included, is answered 408.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How often those who may do everything again are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(30);

/// The API's description, with every route of every room.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    api().into_openapi()
}

fn api() -> OpenApiRouter<Platform> {
    let routes = dissemination::api_routes().merge(office::api_routes()).merge(collection::api_routes());
    OpenApiRouter::with_openapi(dissemination::api_description()).nest("/api/v1", routes.fallback(no_such_address))
}

/// All routes of the product; with `offline`, phones may put the form aside for use without a network.
pub fn router(platform: &Platform, sign_in: SignIn, offline: bool) -> Router {
    let (api, description) = api().split_for_parts();
    let routes = Router::new()
        .merge(api.method_not_allowed_fallback(no_such_method))
        .merge(dissemination::api_pages(&description))
        .merge(dissemination::pages())
        .merge(collection::pages(offline))
        .merge(office::pages())
        .merge(web::assets(offline))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(report_readiness))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .merge(sign_in_route(sign_in))
        // Nobody is anybody until the entrance recognises them.
        .with_state(platform.acting_for(Actor::Anonymous));
    // Around all routes at once, the outermost first: axum boxes each layer of each route.
    web::wrap(
        routes.layer((
            CatchPanicLayer::custom(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response()),
            TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_TIMEOUT),
            CompressionLayer::new().compress_when(
                // Sound is packed already, and phones ask for it in parts; so is Parquet.
                DefaultPredicate::new()
                    .and(NotForContentType::const_new("audio/"))
                    .and(NotForContentType::const_new("application/vnd.apache.parquet")),
            ),
        )),
    )
}

async fn report_readiness(State(platform): State<Platform>) -> Response {
    if platform.is_ready().await {
        let held = platform.held_traces().map(|held| {
            let (seconds, names) = (held.held_for.as_secs(), held.names());
            let names = if names.is_empty() { "somebody who reads an old state of it" } else { &names };
            format!("warning: for {seconds} s the database could not forget when answers came; held by: {names}\n")
        });
        return format!("ready\n{}", held.unwrap_or_default()).into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], "storage does not answer\n").into_response()
}

/// Serves until the process is asked to stop, then finishes what was begun.
pub(super) async fn serve(config: &Config, platform: &Platform) -> Result<(), AnyError> {
    let sign_in = SignIn::new()?;
    let listener = TcpListener::bind(config.listen).await.map_err(|error| format!("{}: {error}", config.listen))?;
    let address = listener.local_addr()?;
    languages::tell_missing();
    say!("Plumbline listens on http://{address}");
    if !platform.administrators().have_token().await? {
        let token = platform.administrators().renew_token(random_bytes()?).await?;
        say!("Administrator's token: {} (shown once; `plumbline keys token` makes another)", token.reveal());
    }
    say!("Sign in once with:     http://{address}{}", sign_in.path());
    let limits = Arc::new(limits_of(&config.limits));
    platform.work();
    let routes = router(platform, sign_in, config.offline);
    let routes = routes.layer(from_fn_with_state(Arc::clone(&limits), recognise));
    let forgetting = tokio::spawn(async move {
        loop {
            tokio::time::sleep(FORGET_EVERY).await;
            limits.forget_old();
        }
    });
    listener::serve(listener, routes, connection_limits(config), asked_to_stop()).await;
    forgetting.abort();
    platform.shut_down().await?;
    say!("Everything that was accepted is kept.");
    Ok(())
}

fn limits_of(config: &LimitsConfig) -> Limits {
    let allowance = |AllowanceConfig { burst, per_minute }: AllowanceConfig| Allowance { burst, per_minute };
    Limits::new(
        allowance(config.answers),
        allowance(config.guesses),
        allowance(config.tries),
        config.trusted_proxies.clone(),
    )
}

fn connection_limits(config: &Config) -> ConnectionLimits {
    let seconds = |seconds: u16| Duration::from_secs(seconds.into());
    ConnectionLimits {
        connections_max: config.limits.connections_max,
        head: seconds(config.limits.head_seconds),
        stalled: seconds(config.limits.stalled_seconds),
        farewell: REQUEST_TIMEOUT,
    }
}

/// Resolves at Ctrl-C or SIGTERM.
async fn asked_to_stop() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut stream) => {
                stream.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}
