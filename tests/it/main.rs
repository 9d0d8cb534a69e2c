//! The platform from outside, each test with a store of its own and, where it keeps something, on both engines.

#![allow(clippy::unwrap_used, clippy::panic, reason = "all of this crate is test code, helpers included")]

mod calibration_flaws;
mod dissemination;
mod entry;
mod estimate_designs;
mod estimate_files;
mod estimate_fuzz;
mod estimate_large;
mod estimate_properties;
mod form;
mod import;
mod intake;
mod invitations;
mod kill;
mod languages;
mod malformed;
mod network;
mod open_link;
mod outage;
mod plan;
mod rank_files;
mod rank_footing;
mod read_only;
mod recordings;
mod reference;
mod reference_api;
mod reference_calibrated;
mod reference_calibration;
mod reference_design;
mod reference_distributions;
mod reference_order;
mod reference_product;
mod reference_ranks;
mod reference_replicates;
mod reference_small_areas;
mod reference_statistics;
mod reference_weights;
mod scales;
mod small_area_files;
mod statistics_refused;
mod storage;
mod support;
mod tables;
mod unlinkable;
mod who_answered;
