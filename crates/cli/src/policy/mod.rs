//! Policies: which documents decide, and the commands about them.

mod explain;
mod replay;
mod test;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use lazaret_check::Source;
use lazaret_model::{Decision, Inventory, Report};
use lazaret_policy::{
    BaseImage, Circumstances, DEFAULT_POLICY, ExceptionUse, Gate, Policy, Signer,
    Verdict as PolicyVerdict, combine, decide, facts_page,
};

use crate::args::{PolicyArgs, PolicyCommand};
use crate::deployed::Deployed;
use crate::{Verdict, console, scan};

pub(crate) fn run(command: &PolicyCommand) -> anyhow::Result<Verdict> {
    match command {
        PolicyCommand::Test(args) => test::run(args),
        PolicyCommand::Explain(args) => explain::run(args),
        PolicyCommand::Replay(args) => replay::run(args),
        PolicyCommand::Show => {
            anstream::stdout().write_all(DEFAULT_POLICY.as_bytes())?;
            Ok(Verdict::Allowed)
        }
        PolicyCommand::Facts => {
            anstream::stdout().write_all(facts_page().as_bytes())?;
            Ok(Verdict::Allowed)
        }
    }
}

/// What decides about reports: a policy, the gate of the command line, or both.
pub(crate) struct Judge {
    policy: Option<Policy>,
    gate: Gate,
    /// Time, environment, exposure and base images.
    circumstances: Circumstances,
    /// What the manifests of `--exposure-from` deploy.
    deployed: Deployed,
    /// Whether somebody's own policy decides: the default one asks for no exposure.
    is_own: bool,
}

impl Judge {
    /// The policy that is named, or the default one where the gate has no condition of its
    /// own or an environment is named.
    ///
    /// # Errors
    /// When a document cannot be read, or the policy does not know the environment.
    pub(crate) fn of(args: &PolicyArgs, gate: Gate) -> anyhow::Result<Self> {
        let has_gate = !gate.fail_on.is_empty() || gate.fail_on_gaps;
        let policy = match args.policy.is_empty() {
            true if has_gate && args.environment.is_none() => None,
            _ => Some(policy(args)?),
        };
        Ok(Self {
            policy,
            gate,
            circumstances: circumstances(args),
            deployed: Deployed::read(&args.exposure_from)?,
            is_own: !args.policy.is_empty(),
        })
    }

    /// Everybody whom the policy trusts to sign something.
    pub(crate) fn signers(&self) -> &[Signer] {
        self.policy.as_ref().map_or(&[], Policy::signers)
    }

    /// The same with a policy in any case, the default one where none is named.
    pub(crate) fn with_policy(mut self) -> Self {
        self.policy.get_or_insert_with(Policy::builtin);
        self
    }

    /// Suppresses what exceptions and filters take out, and decides; the warnings are about
    /// exceptions.
    pub(crate) fn judge(&self, report: &mut Report) -> Vec<ExceptionUse> {
        let uses = self.excuse(report);
        let decision = self.decision(report);
        self.finish(report, decision);
        uses
    }

    /// Suppresses what exceptions and filters take out.
    pub(crate) fn excuse(&self, report: &mut Report) -> Vec<ExceptionUse> {
        let uses = match &self.policy {
            Some(policy) => policy.excuse(report, &self.about(report)),
            None => Vec::new(),
        };
        self.gate.filter(report);
        uses
    }

    /// The policy's decision, where there is a policy.
    pub(crate) fn decision(&self, report: &Report) -> Option<Decision> {
        let policy = self.policy.as_ref()?;
        Some(policy.decide(report, &self.about(report)))
    }

    /// The circumstances of a report: where nobody has said how far it is exposed, the
    /// manifests may.
    fn about(&self, report: &Report) -> Circumstances {
        about(&self.circumstances, &self.deployed, report)
    }

    /// The same with what `sources` deploy, for a report that is about them: the widest class
    /// of their workloads.
    pub(crate) fn with_workloads(mut self, sources: &[Source]) -> Self {
        if self.is_own && self.circumstances.exposure.is_none() {
            self.circumstances.exposure = Deployed::of(sources).widest();
        }
        self
    }

    /// Writes down the decision of policy and gate.
    pub(crate) fn finish(&self, report: &mut Report, decision: Option<Decision>) {
        self.gate.filter(report);
        let has_gate = !self.gate.fail_on.is_empty() || self.gate.fail_on_gaps;
        report.decision = match decision {
            Some(decision) if has_gate => combine(decide(report, &self.gate), decision),
            Some(decision) => decision,
            None => decide(report, &self.gate),
        };
    }

    /// Judges a base image by the policy alone: what stops the command is not asked here.
    pub(crate) fn of_base(&self, report: &mut Report) {
        if let Some(policy) = &self.policy {
            policy.excuse(report, &self.circumstances);
            report.decision = policy.decide(report, &self.circumstances);
        }
    }

    /// What the rules about base images say of these.
    pub(crate) fn base_verdicts(&self, bases: &[BaseImage]) -> Vec<PolicyVerdict> {
        let Some(policy) = &self.policy else {
            return Vec::new();
        };
        let circumstances = Circumstances {
            bases: bases.to_vec(),
            ..self.circumstances.clone()
        };
        let nothing = lazaret_scan::inventory_report(Inventory::default());
        let verdicts = policy.judge(&nothing, &circumstances).into_iter();
        verdicts
            .filter(|verdict| verdict.each == Some("base"))
            .collect()
    }

    /// The same with base images that were examined.
    pub(crate) fn with_bases(mut self, bases: Vec<BaseImage>) -> Self {
        self.circumstances.bases = bases;
        self
    }
}

/// Tells what is to be known about exceptions, once for all reports.
pub(crate) fn warn_of(uses: &[Vec<ExceptionUse>]) -> anyhow::Result<()> {
    if console::is_quiet() {
        return Ok(());
    }
    let mut told: Vec<String> = Vec::new();
    for one in uses.iter().flatten() {
        // An exception that one platform needs is not unused.
        let elsewhere = uses.iter().flatten().any(|other| {
            other.place == one.place && other.warning().is_none() && other.state != one.state
        });
        let warning = one.warning().filter(|_| !elsewhere);
        told.extend(warning.filter(|warning| !told.contains(warning)));
    }
    let mut err = anstream::stderr();
    for warning in told {
        writeln!(err, "warning: {warning}")?;
    }
    Ok(())
}

/// The circumstances with the class of the workloads that run what was examined.
fn about(known: &Circumstances, deployed: &Deployed, report: &Report) -> Circumstances {
    let told = known.exposure;
    Circumstances {
        exposure: told.or_else(|| deployed.of_image(&report.target)),
        ..known.clone()
    }
}

fn circumstances(args: &PolicyArgs) -> Circumstances {
    Circumstances {
        now: scan::now(),
        environment: args.environment.clone(),
        exposure: args.exposure,
        bases: Vec::new(),
    }
}

/// The policy of the arguments; the default one where they name none.
fn policy(args: &PolicyArgs) -> anyhow::Result<Policy> {
    let policy = read(&args.policy)?;
    if let Some(name) = &args.environment
        && let Err(why) = policy.check_environment(name)
    {
        bail!("--environment: {why}");
    }
    Ok(policy)
}

/// Everybody whom the policy of the arguments trusts to sign something.
pub(crate) fn signers(args: &PolicyArgs) -> anyhow::Result<Vec<Signer>> {
    Ok(policy(args)?.signers().to_vec())
}

/// The policy of some documents; `default` is the built-in one.
pub(crate) fn read(paths: &[PathBuf]) -> anyhow::Result<Policy> {
    if paths.is_empty() {
        return Ok(Policy::builtin());
    }
    let mut documents = Vec::new();
    for path in paths {
        documents.push(document(path)?);
    }
    let documents: Vec<(&str, &[u8])> = documents
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    Policy::read(&documents).context("read the policy")
}

fn document(path: &Path) -> anyhow::Result<(String, Vec<u8>)> {
    if path.as_os_str() == "default" && !path.exists() {
        return Ok(("default".into(), DEFAULT_POLICY.into()));
    }
    let bytes = std::fs::read(path).with_context(|| {
        format!(
            "read the policy {}; `lazaret policy show` prints one to start from",
            path.display()
        )
    })?;
    Ok((path.display().to_string(), bytes))
}
