//! Optimizers: one fused kernel over the flat parameter arena for each family.

pub mod adam;
pub mod clip;
pub mod hyper;
pub mod one_cycle;
pub mod rmsprop;
pub mod schedule;
pub mod sgd;

use serde_json::Value;

use self::adam::Adam;
use self::hyper::Hyper;
use self::rmsprop::RmsProp;
use self::schedule::Now;
use self::sgd::Sgd;
use crate::core::error::{SpecError, TrainError};
use crate::core::fields::Fields;
use crate::core::kernel::Kernel;
use crate::ir::operator::ParameterSpec;

/// How the parameters change in a step: the rule, and what goes with every rule.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Optimizer {
    /// What becomes of a gradient.
    pub rule: Rule,
    /// The largest L2 norm of all gradients together; larger ones are scaled down to it. `None` leaves them as they are.
    pub clip_grad_norm: Option<f64>,
    /// Which parameters the weight decay reaches.
    pub decay: Decay,
}

/// The families.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "each variant is the rule it holds")]
pub enum Rule {
    Sgd(Sgd),
    Adam(Adam),
    RmsProp(RmsProp),
}

/// Which parameters the weight decay reaches.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Decay {
    /// All of them, as in PyTorch when an optimizer gets all parameters in one group.
    #[default]
    All,
    /// Only the weights of convolutions and linear layers: not biases, and not what batch norm scales and shifts by (He et al. 2019, "Bag of
    /// tricks for image classification", section 3.1).
    Weights,
}

impl Decay {
    /// The word of specifications.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Weights => "weights",
        }
    }

    /// Whether a parameter decays.
    pub fn reaches(self, parameter: &ParameterSpec) -> bool {
        self == Self::All || (parameter.role == "weight" && parameter.shape.rank() > 1)
    }
}

/// What may change between two steps of a run.
#[derive(Debug)]
pub struct Live<'a> {
    /// The rate, before the schedule.
    pub learning_rate: &'a mut f64,
    /// `None` for rules that have none under this name.
    pub momentum: Option<&'a mut f64>,
    /// L2 penalty, or AdamW's decay.
    pub weight_decay: &'a mut f64,
}

impl Default for Rule {
    fn default() -> Self {
        Self::Sgd(Sgd::default())
    }
}

impl From<Sgd> for Optimizer {
    fn from(sgd: Sgd) -> Self {
        Self { rule: Rule::Sgd(sgd), ..Self::default() }
    }
}

/// A reader of one rule's fields.
type Read = fn(&mut Fields<'_>) -> Result<Rule, SpecError>;

/// What `type` can be. A new rule adds its line here.
const TYPES: &[(&str, Read)] = &[
    ("sgd", |fields| Ok(Rule::Sgd(Sgd::read(fields)?))),
    ("adam", |fields| Ok(Rule::Adam(Adam::read(fields, Adam::default())?))),
    ("adamw", |fields| Ok(Rule::Adam(Adam::read(fields, Adam::ADAMW)?))),
    ("rmsprop", |fields| Ok(Rule::RmsProp(RmsProp::read(fields)?))),
];

impl Optimizer {
    /// Reads `{"type": "sgd" | "adam" | "adamw" | "rmsprop", ...}`: the rule's own fields, named as PyTorch names them except for
    /// `learning_rate`; `clip_grad_norm`; and `decay`, `"all"` or `"weights"`. All are optional; without a type it is SGD.
    ///
    /// # Errors
    /// A value that is not possible, or a field that the rule does not have.
    pub fn from_json(json: &Value) -> Result<Self, SpecError> {
        let mut fields = Fields::new("training.optimizer", json)?;
        let read = fields.choice_or("type", TYPES, TYPES[0].1)?;
        let rule = read(&mut fields)?;
        // Below this, what is left of the gradients drowns in rounding.
        let clip_grad_norm = match fields.get("clip_grad_norm") {
            Some(_) => Some(fields.number_or("clip_grad_norm", 1e-6, 1e6, 1.0)?),
            None => None,
        };
        let decay = fields.choice_or("decay", &[("all", Decay::All), ("weights", Decay::Weights)], Decay::All)?;
        fields.finish()?;
        Ok(Self { rule, clip_grad_norm, decay })
    }

    /// Its name in specifications.
    pub fn name(&self) -> &'static str {
        match self.rule {
            Rule::Sgd(_) => "sgd",
            Rule::Adam(adam) if adam.decoupled_weight_decay => "adamw",
            Rule::Adam(_) => "adam",
            Rule::RmsProp(_) => "rmsprop",
        }
    }

    /// The fused step. Its bindings are gradients, hyper, undecayed, parameters, and then [`Optimizer::states`] arenas of state.
    pub fn kernel(&self) -> &'static Kernel {
        match self.rule {
            Rule::Sgd(_) => &sgd::STEP,
            Rule::Adam(adam) if adam.amsgrad => &adam::STEP_AMSGRAD,
            Rule::Adam(_) => &adam::STEP,
            Rule::RmsProp(rmsprop) if rmsprop.centered => &rmsprop::STEP_CENTERED,
            Rule::RmsProp(_) => &rmsprop::STEP,
        }
    }

    /// Arenas of state that the rule keeps beside the parameters.
    pub fn states(&self) -> usize {
        self.kernel().bindings.len() - hyper::BINDINGS
    }

    /// What the kernels read in step `step` (from 0). `first` is true while the state holds nothing of this run: it is then not read.
    pub fn hyper(&self, step: u64, first: bool) -> Hyper {
        let mut hyper = match &self.rule {
            Rule::Sgd(sgd) => sgd.hyper(first),
            Rule::Adam(adam) => adam.hyper(step, first),
            Rule::RmsProp(rmsprop) => rmsprop.hyper(first),
        };
        hyper[hyper::MAX_NORM] = self.clip_grad_norm.unwrap_or_default() as f32;
        hyper
    }

    /// Whether a step leaves something in the state. SGD without momentum does not, so that momentum that is turned on later starts afresh.
    pub fn fills_state(&self) -> bool {
        !matches!(self.rule, Rule::Sgd(Sgd { momentum: 0.0, .. }))
    }

    /// What may change between two steps.
    pub fn live(&mut self) -> Live<'_> {
        match &mut self.rule {
            Rule::Sgd(Sgd { learning_rate, momentum, weight_decay, .. })
            | Rule::RmsProp(RmsProp { learning_rate, momentum, weight_decay, .. }) => {
                Live { learning_rate, momentum: Some(momentum), weight_decay }
            }
            Rule::Adam(Adam { learning_rate, weight_decay, .. }) => Live { learning_rate, momentum: None, weight_decay },
        }
    }

    /// The rate, before the schedule.
    pub fn learning_rate(mut self) -> f64 {
        *self.live().learning_rate
    }

    /// The same with the rate, and where the schedule has one the momentum, of a step. A momentum is the first of Adam's betas, as in PyTorch.
    pub fn at(mut self, now: Now) -> Self {
        *self.live().learning_rate = now.learning_rate;
        if let Some(cycled) = now.momentum {
            match &mut self.rule {
                Rule::Sgd(Sgd { momentum, .. }) | Rule::RmsProp(RmsProp { momentum, .. }) => *momentum = cycled,
                Rule::Adam(Adam { betas, .. }) => betas[0] = cycled,
            }
        }
        self
    }

    /// Whether a run under way can go on with `next`: the plan must have its kernel and its state.
    ///
    /// # Errors
    /// [`TrainError::NeedsFreshStart`] for another type, another kind of state, or clipping turned on or off.
    pub fn check_change(&self, next: &Self) -> Result<(), TrainError> {
        let on = |clip: Option<f64>| if clip.is_some() { "on" } else { "off" };
        let fixed = [
            ("optimizer.type", self.name(), next.name()),
            ("optimizer.state", self.kernel().name, next.kernel().name),
            ("optimizer.clip_grad_norm", on(self.clip_grad_norm), on(next.clip_grad_norm)),
        ];
        match fixed.into_iter().find(|(_, present, found)| present != found) {
            Some((field, present, found)) => Err(TrainError::NeedsFreshStart { field, present, found }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
