/** The layers that PyTorch does not have, as modules: a script gets those that its network uses. */
import { DIGIT_ROWS } from "../codes.ts";

const SCALED_TANH = `class ScaledTanh(nn.Module):
    """LeNet-5's activation (LeCun et al. 1998, appendix A)."""

    def __init__(self, amplitude=1.7159, slope=2 / 3):
        super().__init__()
        self.amplitude, self.slope = amplitude, slope

    def forward(self, x):
        return self.amplitude * torch.tanh(self.slope * x)`;

const CHANNEL_AFFINE = `class ChannelAffine(nn.Module):
    """A factor and a summand for every channel."""

    def __init__(self, num_channels):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(num_channels).uniform_(-1, 1))
        self.bias = nn.Parameter(torch.empty(num_channels).uniform_(-1, 1))

    def forward(self, x):
        shape = (1, -1) + (1,) * (x.dim() - 2)
        return x * self.weight.view(shape) + self.bias.view(shape)`;

const CONNECTED = `class ConnectedConv2d(nn.Conv2d):
    """A convolution whose output channels each see only some input channels, as C3 of LeNet-5 (LeCun et al. 1998, table I)."""

    def __init__(self, *args, connections, **kwargs):
        super().__init__(*args, **kwargs)
        mask = torch.zeros(self.out_channels, self.in_channels, 1, 1)
        for out_channel, in_channels in enumerate(connections):
            mask[out_channel, in_channels] = 1
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x):
        return F.conv2d(x, self.weight * self.mask, self.bias, self.stride, self.padding, self.dilation)`;

const LENET5_C3 = `# The input maps that each output map of C3 sees (LeCun et al. 1998, table I).
LENET5_C3 = [
    [int(channel) for channel in channels]
    for channels in "012 123 234 345 045 015 0123 1234 2345 0345 0145 0125 0134 1245 0235 012345".split()
]`;

const RBF = `class RBF(nn.Module):
    """Squared distances to a code for each class; fixed codes are no parameters."""

    def __init__(self, in_features, out_features, codes=None):
        super().__init__()
        if codes is None:
            bound = in_features**-0.5
            self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        else:
            self.register_buffer("weight", codes(out_features, in_features), persistent=False)

    def forward(self, x):
        return (x[:, None, :] - self.weight).square().sum(dim=2)`;

const DIGIT_CODES = `def digit_codes(out_features=10, in_features=84):
    """Bitmaps of the ten digits, 7 x 12 pixels of -1 and +1. Two hexadecimal digits are a row, from the top."""
    rows = [
${DIGIT_ROWS.map((row) => `        "${row}",`).join("\n")}
    ]
    bits = [[(row >> bit) & 1 for row in bytes.fromhex(digit) for bit in range(6, -1, -1)] for digit in rows]
    return torch.tensor(bits, dtype=torch.float32) * 2 - 1`;

const RANDOM_CODES = `def random_codes(out_features, in_features):
    """Codes of -1 and +1, the same in every network: the highest bits of xoshiro256++ from seed 1998."""
    word = (1 << 64) - 1
    rotated = lambda value, by: ((value << by) | (value >> (64 - by))) & word
    seed, state, bits = 1998, [], []
    for _ in range(4):
        seed = (seed + 0x9E3779B97F4A7C15) & word
        z = ((seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9) & word
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & word
        state.append(z ^ (z >> 31))
    a, b, c, d = state
    for _ in range(out_features * in_features):
        bits.append(((rotated((a + d) & word, 23) + a) & word) >> 63)
        shifted = (b << 17) & word
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = rotated(d, 45)
    return torch.tensor(bits, dtype=torch.float32).view(out_features, in_features) * 2 - 1`;

const STOCHASTIC_DEPTH = `class StochasticDepth(nn.Module):
    """Drops all that an image gets from here, with probability p (Huang et al. 2016); what is kept is scaled up as by dropout."""

    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        if self.p == 1:
            return x * 0
        kept = torch.rand((x.shape[0],) + (1,) * (x.dim() - 1), device=x.device) >= self.p
        return x * kept / (1 - self.p)`;

const MULTIPLY = `class Multiply(nn.Module):
    """Multiplies with a number that is not trained."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return self.factor * x`;

const PAD_CHANNELS = `class PadChannels(nn.Module):
    """Channels of zeros before and behind the others."""

    def __init__(self, before, after):
        super().__init__()
        self.padding = (0, 0, 0, 0, before, after)

    def forward(self, x):
        return F.pad(x, self.padding)`;

const CROP = `class Crop2d(nn.Module):
    """A rectangle cut out of maps."""

    def __init__(self, offset, size):
        super().__init__()
        self.rows, self.columns = (slice(first, first + length) for first, length in zip(offset, size))

    def forward(self, x):
        return x[:, :, self.rows, self.columns]`;

/** By the name a constructor has, in the order in which a script has them. */
const HELPERS: readonly (readonly [string, string])[] = [
  ["ScaledTanh", SCALED_TANH],
  ["ChannelAffine", CHANNEL_AFFINE],
  ["ConnectedConv2d", CONNECTED],
  ["LENET5_C3", LENET5_C3],
  ["digit_codes", DIGIT_CODES],
  ["random_codes", RANDOM_CODES],
  ["RBF", RBF],
  ["StochasticDepth", STOCHASTIC_DEPTH],
  ["Multiply", MULTIPLY],
  ["PadChannels", PAD_CHANNELS],
  ["Crop2d", CROP],
];

/** The helpers that a model's text names. */
export function helpersFor(model: string): string[] {
  return HELPERS.filter(([name]) => new RegExp(`\\b${name}\\b`, "u").test(model)).map(([, source]) => source);
}

/** Names that classes of a script cannot have. */
export const TAKEN: readonly string[] = ["Network", "F", "nn", "torch", ...HELPERS.map(([name]) => name)];
