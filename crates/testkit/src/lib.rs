//! What tests and measurements need and products do not.

pub mod dist;
pub mod floor;
pub mod forge;
pub mod image;
pub mod postgres;
pub mod registry;
pub mod shared;
