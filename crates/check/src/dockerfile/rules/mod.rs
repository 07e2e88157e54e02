//! The checks of Dockerfiles: one file each, or one for a group that shares its code.
//!
//! A new check is a new file with its facts, its code, its good and its bad example, and a
//! line in [`ALL`].

mod df001_denied_base;
mod df002_registry;
mod df003_end_of_life;
mod df005_base_tag;
mod df006_rolling_tag;
mod df007_digest;
mod df008_root_user;
mod df009_numeric_user;
mod df010_sudo;
mod df011_secret;
mod df012_secret_argument;
mod df013_credential_file;
mod df014_context;
mod df015_add;
mod df016_remote_add;
mod df017_pipe_to_shell;
mod df018_tls;
mod df019_signatures;
mod df020_password;
mod df021_system_pins;
mod df022_language_pins;
pub(super) mod df023_lone_update;
mod df024_cache_left;
mod df025_recommends;
mod df026_interactive;
mod df027_dist_upgrade;
mod df028_apt;
mod df029_tools;
pub(super) mod df030_admin_port;
mod df031_privileged_port;
mod df032_port_range;
mod df033_health;
mod df034_repeated;
mod df035_shell_form;
mod df036_relative_workdir;
mod df037_kernel_directory;
mod df038_cd;
mod df039_relative_copy;
mod df040_copy_many;
mod df041_stage_names;
mod df042_whole_root;
mod df043_toolchain;
mod df044_setuid;
mod df045_world_writable;
mod df046_pipefail;
mod df047_two_fetchers;
mod df048_maintainer;
mod df049_onbuild;
mod df050_env_self;
mod df051_consecutive_runs;
mod df052_provenance_labels;
mod df053_label_form;
mod df054_platform;
mod df055_suppression;
mod df056_shell;
mod df057_noise;
mod df058_frontend;
mod df059_build_privileges;
mod df060_invalid;
mod df061_copied_archive;
mod modes;
mod packages;
mod prelude;
mod reference;
pub(crate) mod secrets;
mod shellisms;
mod variables;

use super::Rule;

/// Every check, in the order of the ids.
pub(super) static ALL: &[Rule] = &[
    df001_denied_base::RULE,
    df002_registry::RULE,
    df003_end_of_life::RULE,
    df005_base_tag::RULE,
    df006_rolling_tag::RULE,
    df007_digest::RULE,
    df008_root_user::RULE,
    df009_numeric_user::RULE,
    df010_sudo::RULE,
    df011_secret::RULE,
    df012_secret_argument::RULE,
    df013_credential_file::RULE,
    df014_context::RULE,
    df015_add::RULE,
    df016_remote_add::RULE,
    df017_pipe_to_shell::RULE,
    df018_tls::RULE,
    df019_signatures::RULE,
    df020_password::RULE,
    df021_system_pins::RULE,
    df022_language_pins::RULE,
    df023_lone_update::RULE,
    df024_cache_left::RULE,
    df025_recommends::RULE,
    df026_interactive::RULE,
    df027_dist_upgrade::RULE,
    df028_apt::RULE,
    df029_tools::RULE,
    df030_admin_port::RULE,
    df031_privileged_port::RULE,
    df032_port_range::RULE,
    df033_health::RULE,
    df034_repeated::RULE,
    df035_shell_form::RULE,
    df036_relative_workdir::RULE,
    df037_kernel_directory::RULE,
    df038_cd::RULE,
    df039_relative_copy::RULE,
    df040_copy_many::RULE,
    df041_stage_names::RULE,
    df042_whole_root::RULE,
    df043_toolchain::RULE,
    df044_setuid::RULE,
    df045_world_writable::RULE,
    df046_pipefail::RULE,
    df047_two_fetchers::RULE,
    df048_maintainer::RULE,
    df049_onbuild::RULE,
    df050_env_self::RULE,
    df051_consecutive_runs::RULE,
    df052_provenance_labels::RULE,
    df053_label_form::RULE,
    df054_platform::RULE,
    df055_suppression::RULE,
    df056_shell::RULE,
    df057_noise::RULE,
    df058_frontend::RULE,
    df059_build_privileges::RULE,
    df060_invalid::RULE,
    df061_copied_archive::RULE,
];
