//! Who may everything: whoever shows the administrator's token, or signed in with a link of the server.
//!
//! Tokens are random, shown once, and kept as hashes. So they can be made anew, and whoever reads the database has none.

use std::collections::HashSet;
use std::sync::{MutexGuard, PoisonError};

use chrono::{Days, NaiveDate};

use super::PipelineError;
use super::context::Context;
use crate::foundation::MaybeMissing;
use crate::secrets::{Token, TokenHash};

/// The setting that has the hash of the administrator's token.
const TOKEN: &str = "administrator";
/// Settings that begin so name a session by the hash of its token; their value is the day on which it began.
const SESSION: &str = "session ";
/// For how long a session is good.
const SESSION_DAYS: u64 = 30;

/// Those who may everything.
#[derive(Clone)]
pub struct Administrators {
    context: Context,
}

impl Administrators {
    pub(super) fn of(context: &Context) -> Self {
        Self { context: context.clone() }
    }

    /// Whether there is a token at all.
    pub async fn have_token(&self) -> Result<bool, PipelineError> {
        self.context.demand_management()?;
        Ok(self.context.store.setting(TOKEN).await?.is_some())
    }

    /// Makes a new token out of random bytes; the old one is taken no more, and all sessions end.
    pub async fn renew_token(&self, random: [u8; 16]) -> Result<Token, PipelineError> {
        self.context.demand_management()?;
        let store = &self.context.store;
        let token = Token::new(random);
        let sessions = store.settings_that_begin(SESSION).await?;
        let ended: Vec<&str> = sessions.iter().map(|(name, _)| name.as_str()).collect();
        store.replace_settings(&ended, (TOKEN, &token.hash().to_hex())).await?;
        self.known().clear();
        Ok(token)
    }

    /// Begins a session of the administrator, and returns what it is known by. Sessions that are over are forgotten.
    pub async fn begin_session(&self, random: [u8; 16]) -> Result<Token, PipelineError> {
        self.context.demand_management()?;
        let (store, today) = (&self.context.store, self.context.clock.today());
        let token = Token::new(random);
        let sessions = store.settings_that_begin(SESSION).await?;
        let is_over = |(_, began): &&(String, String)| !is_good(began, today);
        let over: Vec<&str> = sessions.iter().filter(is_over).map(|(name, _)| name.as_str()).collect();
        let name = format!("{SESSION}{}", token.hash().to_hex());
        store.replace_settings(&over, (&name, &today.to_string())).await?;
        Ok(token)
    }

    /// Whether this is the administrator's token, or that of a session. While storage is silent, who was known a moment ago is known.
    pub(super) async fn know(&self, shown: &str) -> Result<bool, PipelineError> {
        let hash = TokenHash::of(shown);
        match self.find(hash).await {
            Ok(true) => {
                self.known().insert(hash);
                Ok(true)
            }
            Ok(false) => {
                self.known().remove(&hash);
                Ok(false)
            }
            Err(error) if error.is_outage() && self.known().contains(&hash) => Ok(true),
            Err(error) => Err(error),
        }
    }

    async fn find(&self, hash: TokenHash) -> Result<bool, PipelineError> {
        let store = &self.context.store;
        // Hashes are compared, so the time taken tells nothing of the token.
        if store.setting(TOKEN).await?.is_some_and(|kept| kept == hash.to_hex()) {
            return Ok(true);
        }
        let began = store.setting(&format!("{SESSION}{}", hash.to_hex())).await?;
        Ok(began.is_some_and(|began| is_good(&began, self.context.clock.today())))
    }

    fn known(&self) -> MutexGuard<'_, HashSet<TokenHash>> {
        self.context.known_tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_good(began: &str, today: NaiveDate) -> bool {
    let began: Option<NaiveDate> = began.parse().ok();
    began.is_some_and(|began| began + Days::new(SESSION_DAYS) > today)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_good_for_thirty_days_and_no_longer() {
        let day = |day: &str| day.parse::<NaiveDate>().unwrap();
        for (today, expected) in [("2024-11-01", true), ("2024-11-30", true), ("2024-12-01", false)] {
            assert_eq!(is_good("2024-11-01", day(today)), expected, "{today}");
        }
        assert!(!is_good("for ever", day("2024-11-01")));
    }
}
