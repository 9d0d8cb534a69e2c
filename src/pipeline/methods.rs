//! The method of a plan: a built-in one, or a file that the plan then holds.

use std::path::Path;

use super::PipelineError;
use crate::foundation::{Finding, Findings};
use crate::index::{Criteria, Method};
use crate::survey::{Plan, Questionnaire};

/// The method that a plan holds or names; nothing where no built-in one has this name.
pub(super) fn method_of(plan: &Plan) -> Result<Option<Method>, Findings> {
    let Some(text) = &plan.method_text else { return Ok(Method::named(&plan.method).cloned()) };
    let method = Method::from_toml(text).map_err(|found| within("method_text", found))?;
    let name = method.full_name();
    if name != plan.method {
        let message = format!("the method in method_text is {name}");
        return Err(Finding::new("method", "contradiction", message).into());
    }
    if Method::named(&name).is_some_and(|built_in| *built_in != method) {
        let message = format!("another method {name} is built in; give this one another name or version");
        return Err(Finding::new("method", "reserved", message).into());
    }
    Ok(Some(method))
}

/// Reads the method that a plan names by file, relative to `folder`: the plan then holds its text, and names it by name and version.
pub(super) fn read_method(plan: &mut Plan, folder: &Path) -> Result<(), PipelineError> {
    if !plan.method.ends_with(Plan::METHOD_FILE) {
        return Ok(());
    }
    if plan.method_text.is_some() {
        let message = "a plan that holds the text of its method names it, and no file";
        return Err(Findings::from(Finding::new("method", "contradiction", message)).into());
    }
    let path = folder.join(&plan.method);
    let text = std::fs::read_to_string(&path)
        .map_err(|cause| PipelineError::File { path: path.display().to_string(), cause })?;
    let method = Method::from_toml(&text).map_err(|found| within(&plan.method, found))?;
    plan.method = method.full_name();
    plan.method_text = Some(text);
    Ok(())
}

/// A method against what a wave asks.
pub(super) fn check_method(method: &Method, questionnaire: &Questionnaire) -> Result<(), Findings> {
    method.check_against(&Criteria::of(questionnaire)).map_err(|found| within(&method.full_name(), found))
}

fn within(name: &str, found: Findings) -> Findings {
    let within = |finding: Finding| Finding { path: format!("{name}, {}", finding.path), ..finding };
    Findings(found.0.into_iter().map(within).collect())
}
