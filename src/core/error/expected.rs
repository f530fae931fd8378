//! What would have been possible instead of what was found: a code with its numbers and names, which the page words.

use std::fmt;

use serde::Serialize;

use crate::core::fields::LARGEST_WHOLE;

/// What a value may be. English is for logs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the English of each is its documentation")]
pub enum Expected {
    // numbers
    Finite,
    Number {
        least: f64,
        most: f64,
    },
    Epochs {
        least: f64,
        most: f64,
    },
    Milestones {
        count: usize,
        most: f64,
    },
    Betas,
    Whole {
        least: u64,
        most: u64,
    },
    WholeFrom {
        least: u64,
    },
    Seed,
    /// One for both axes, or one for each.
    Pair,
    PairWithin {
        least: u64,
        most: u64,
    },
    /// PyTorch's and Keras's word `same` was found.
    PairNotSame,
    Sides,
    InputShape {
        most: u64,
    },
    OutputPadding {
        most: usize,
    },
    Smallest {
        largest: f64,
    },
    // words and names
    Choice {
        names: Vec<String>,
    },
    Text {
        most: usize,
    },
    GroupName,
    HeadName,
    SavedName,
    UnusedName,
    EarlierName {
        names: Vec<String>,
    },
    RepeatName,
    NoPrefix {
        prefix: String,
    },
    Checksum,
    // layers
    Object,
    Layers,
    LayersNotEmpty,
    OneLayer,
    Branches {
        least: usize,
        most: usize,
    },
    Shortcut,
    OneInput,
    OperatorOrContainer {
        operators: Vec<String>,
        containers: Vec<String>,
    },
    HeadOutsideHeads,
    Depth {
        most: usize,
    },
    LayersAtMost {
        most: usize,
    },
    LayersWrittenOut {
        most: usize,
    },
    ItemsWrittenOut {
        most: usize,
    },
    ShortItem,
    ShortParts,
    // what an operator can do
    ConcatDim,
    SoftmaxDim,
    Ungrouped,
    Connections {
        out_channels: usize,
    },
    WeightRank {
        rank: usize,
    },
    // training
    NoAugmentation,
    NoMomentum,
    NoNesterov,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finite => f.write_str("a finite number"),
            Self::Number { least, most } => write!(f, "a number from {least} to {most}"),
            Self::Epochs { least, most } => write!(f, "a number of epochs from {least} to {most}"),
            Self::Milestones { count, most } => write!(f, "a list of at most {count} numbers of epochs, each from 0 to {most}"),
            Self::Betas => f.write_str("two numbers from 0 to below 1"),
            Self::Whole { least, most } => write!(f, "a whole number from {least} to {most}"),
            Self::WholeFrom { least } => write!(f, "a whole number of at least {least}"),
            Self::Seed => write!(f, "a whole number from 0 to {LARGEST_WHOLE}"),
            Self::Pair => f.write_str("a whole number, or [height, width]"),
            Self::PairWithin { least, most } => write!(f, "a whole number from {least} to {most}, or [height, width]"),
            Self::PairNotSame => {
                f.write_str("a whole number, or [height, width]; half of kernel_size, rounded down, keeps the size where stride is 1")
            }
            Self::Sides => f.write_str("a whole number, or [left, right, top, bottom]"),
            Self::InputShape { most } => write!(f, "[channels, height, width], each from 1 to {most}"),
            Self::OutputPadding { most } => write!(f, "at most {most}: less than stride or dilation"),
            Self::Smallest { largest } => write!(f, "at most {largest}, the largest"),
            Self::Choice { names } => f.write_str(&names.join(" or ")),
            Self::Text { most } => write!(f, "a text of 1 to {most} characters"),
            Self::GroupName => f.write_str("a name for the group"),
            Self::HeadName => f.write_str("a name for the second output"),
            Self::SavedName => f.write_str("a name for the saved value"),
            Self::UnusedName => f.write_str("a name that no value was saved under before"),
            Self::EarlierName { names } if names.is_empty() => f.write_str("the name of a value saved before it (nothing is)"),
            Self::EarlierName { names } => write!(f, "the name of a value saved before it ({})", names.join(", ")),
            Self::RepeatName => f.write_str("a name, since something in its body has one; block makes block1, block2"),
            Self::NoPrefix { prefix } => write!(f, "names that do not begin with that of another layer, {prefix:?}, and a dot"),
            Self::Checksum => f.write_str("eight hexadecimal digits"),
            Self::Object => f.write_str("an object"),
            Self::Layers => f.write_str("a list of layers"),
            Self::LayersNotEmpty => f.write_str("a list of at least one layer"),
            Self::OneLayer => f.write_str("at least one layer"),
            Self::Branches { least, most } => write!(f, "a list of {least} to {most} branches"),
            Self::Shortcut => f.write_str("identity, pad, or a list of layers"),
            Self::OneInput => f.write_str("an operator of one input; values are brought together by residual, parallel and join"),
            Self::OperatorOrContainer { operators, containers } => {
                write!(f, "an operator ({}), or a container ({})", operators.join(", "), containers.join(", "))
            }
            Self::HeadOutsideHeads => f.write_str("heads that stand in no other head"),
            Self::Depth { most } => write!(f, "containers at most {most} deep"),
            Self::LayersAtMost { most } => write!(f, "at most {most} layers"),
            Self::LayersWrittenOut { most } => write!(f, "at most {most} layers, repetitions written out"),
            Self::ItemsWrittenOut { most } => write!(f, "at most {most} items, repetitions written out"),
            Self::ShortItem => f.write_str("an operator's name, or a list that begins with the name of an operator or a container"),
            Self::ShortParts => f.write_str("its parts in order, as the documentation of the short form gives them"),
            Self::ConcatDim => f.write_str("1, the channels: values are brought together along nothing else here"),
            Self::SoftmaxDim => f.write_str("1, the channels: softmax is over nothing else here"),
            Self::Ungrouped => f.write_str("1 where there are connections"),
            Self::Connections { out_channels } => {
                write!(f, "lenet5, or a list of different input channels, counted from 0, for each of {out_channels} output channels")
            }
            Self::WeightRank { rank } => write!(f, "a weight of rank {rank}"),
            Self::NoAugmentation => f.write_str("none with this data: each pixel's class would stay where it was"),
            Self::NoMomentum => f.write_str("no value: this optimizer has no momentum, sgd and rmsprop do"),
            Self::NoNesterov => f.write_str("false, or a momentum above 0 with no dampening"),
        }
    }
}
