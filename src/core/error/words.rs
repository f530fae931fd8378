//! Words inside errors. Each is a code for the page, which has it in its languages, and English for logs.

use std::fmt;

use serde::Serialize;

/// An enum of words: `Code = "English"`.
macro_rules! words {
    ($(#[$attribute:meta])* $name:ident { $($code:ident = $english:literal,)* }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[expect(missing_docs, reason = "the English of each is its documentation")]
        pub enum $name {
            $($code,)*
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$code => $english,)*
                })
            }
        }
    };
}

words! {
    /// What would mend a layer that gets the wrong values.
    Fix {
        EndInLinear = "end the network in a linear layer",
        EndInConvolution = "end the network in a convolution",
        EndInFlattenAndLinear = "end the network in flatten and a linear layer",
        GiveMask = "give it the mask",
        GiveMapOfLogits = "give it a map of logits",
        GivePlaces = "give it the places of the pooling that it undoes",
        FlattenBefore = "put a flatten before it",
        AfterMaps = "put it after a layer that makes maps",
        AfterSeveralMaps = "put it after layers that make maps",
        AfterChannels = "put it after a layer with channels or features",
        BeforeFlatten = "put it before flatten",
    }
}

words! {
    /// The values that an operator of several inputs reads.
    Operands {
        ActivationAndMask = "an activation and its mask",
        MapsAndPlaces = "maps and the places of a max_pool2d",
    }
}

words! {
    /// What is too large to be counted.
    Part {
        AllParameters = "all of them together",
        Batch = "a batch of images",
        Channels = "the number of channels",
        Codes = "the table of codes",
        Connections = "the table of connections",
        EnlargedMap = "the enlarged map",
        FeatureRow = "the row of features",
        InputTimesOutput = "input times output",
        Output = "the output",
        PaddedInput = "the padded input",
        PaddedMap = "the padded map",
        Parameter = "a parameter",
        Window = "a window",
    }
}

words! {
    /// The channels of a convolution that its groups divide.
    ChannelsOf {
        Input = "input",
        Output = "output",
    }
}

words! {
    /// A number in a file of images or labels.
    Measure {
        FileLength = "the file's length",
        Version = "the version",
        Images = "the number of images",
        ImagesInSet = "the number of images in the set",
        FirstImage = "the first image's index",
        Rows = "the number of rows",
        Columns = "the number of columns",
    }
}

words! {
    /// What a device was doing when it failed.
    Doing {
        Command = "a command",
        Compiling = "compiling a kernel",
        LoadingShaders = "loading the shaders",
        Preparing = "preparing a program",
        ReadingBack = "reading back",
        SelfCheck = "the self-check",
        Waiting = "waiting for the device",
    }
}
