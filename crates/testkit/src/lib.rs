//! What tests and measurements need and products do not.

pub mod bucket;
pub mod dist;
pub mod feeds;
pub mod floor;
pub mod forge;
pub mod image;
pub mod postgres;
pub mod process;
pub mod registry;
pub mod shared;
