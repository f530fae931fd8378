/** The layers that Keras does not have: a script gets those that its network uses. Maps are channels last. */
import { DIGIT_ROWS } from "../codes.ts";

const SOURCES: readonly (readonly [string, string])[] = [
  [
    "Pad",
    `class Pad(layers.Layer):
    """A border of a value around maps: top, left, bottom, right; or channels before and behind the others."""

    def __init__(self, pads=(0, 0, 0, 0), channels=(0, 0), value=0.0, **kwargs):
        super().__init__(**kwargs)
        top, left, bottom, right = pads
        self.widths, self.value = ((0, 0), (top, bottom), (left, right), tuple(channels)), value

    def call(self, x):
        return ops.pad(x, self.widths, constant_values=self.value)`,
  ],
  [
    "AveragePool",
    `class AveragePool(layers.Layer):
    """Average pooling with PyTorch's rules of what counts: padding or not, never what lies beyond it."""

    def __init__(self, size, strides, pads, padding, count_include_pad=True, divisor=None, **kwargs):
        super().__init__(**kwargs)
        self.size, self.pool_strides, self.pads, self.padding = size, strides, pads, padding
        self.count_include_pad, self.divisor = count_include_pad, divisor

    def call(self, x):
        top, left, bottom, right = self.pads
        pooled = lambda value: ops.average_pool(value, self.size, self.pool_strides, padding="valid")
        mean = pooled(ops.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0))))
        area = self.size[0] * self.size[1]
        if self.divisor:
            return mean * (area / self.divisor)
        rows, columns = (self.padding if self.count_include_pad else (0, 0))
        counted = np.ones((1, x.shape[1] + 2 * rows, x.shape[2] + 2 * columns, 1), "float32")
        height, width = top + x.shape[1] + bottom, left + x.shape[2] + right
        before = (top - rows, left - columns)
        after = (max(0, height - counted.shape[1] - before[0]), max(0, width - counted.shape[2] - before[1]))
        counted = np.pad(counted, ((0, 0), (before[0], after[0]), (before[1], after[1]), (0, 0)))[:, :height, :width]
        return mean / pooled(ops.convert_to_tensor(counted))`,
  ],
  [
    "AdaptiveAveragePool",
    `class AdaptiveAveragePool(layers.Layer):
    """Means over as many parts of the map as are wanted."""

    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def call(self, x):
        def means(length, count):
            matrix = np.zeros((count, length), "float32")
            for at in range(count):
                first, end = at * length // count, -(-(at + 1) * length // count)
                matrix[at, first:end] = 1 / (end - first)
            return ops.convert_to_tensor(matrix)

        rows, columns = means(x.shape[1], self.size[0]), means(x.shape[2], self.size[1])
        return ops.einsum("nhwc,ih,jw->nijc", x, rows, columns)`,
  ],
  [
    "LocalResponseNorm",
    `class LocalResponseNorm(layers.Layer):
    """Division by the activity of neighbouring channels (Krizhevsky et al. 2012); alpha multiplies the sum of squares."""

    def __init__(self, size, alpha, beta, k, **kwargs):
        super().__init__(**kwargs)
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def call(self, x):
        channels, axes = x.shape[-1], len(x.shape)
        squares = ops.pad(ops.square(x), ((0, 0),) * (axes - 1) + ((self.size // 2, (self.size - 1) // 2),))
        total = sum(squares[..., first : first + channels] for first in range(self.size))
        return x * ops.power(self.k + self.alpha * total, -self.beta)`,
  ],
  [
    "ScaledTanh",
    `class ScaledTanh(layers.Layer):
    """LeNet-5's activation (LeCun et al. 1998, appendix A)."""

    def __init__(self, amplitude=1.7159, slope=2 / 3, **kwargs):
        super().__init__(**kwargs)
        self.amplitude, self.slope = amplitude, slope

    def call(self, x):
        return self.amplitude * ops.tanh(self.slope * x)`,
  ],
  [
    "ChannelAffine",
    `class ChannelAffine(layers.Layer):
    """A factor and a summand for every channel."""

    def build(self, shape):
        uniform = keras.initializers.RandomUniform(-1, 1)
        self.kernel = self.add_weight(shape=(shape[-1],), initializer=uniform, name="kernel")
        self.bias = self.add_weight(shape=(shape[-1],), initializer=uniform, name="bias")

    def call(self, x):
        return x * self.kernel + self.bias`,
  ],
  [
    "ConnectedConv2D",
    `class ConnectedConv2D(layers.Layer):
    """A convolution whose output channels each see only some input channels, as C3 of LeNet-5 (LeCun et al. 1998, table I)."""

    def __init__(self, connections, kernel_size, strides=1, dilation_rate=1, use_bias=True, **kwargs):
        super().__init__(**kwargs)
        self.connections, self.size, self.conv_strides, self.dilation_rate = connections, kernel_size, strides, dilation_rate
        self.use_bias = use_bias

    def build(self, shape):
        mask = np.zeros((1, 1, shape[-1], len(self.connections)), "float32")
        for out_channel, in_channels in enumerate(self.connections):
            mask[..., list(in_channels), out_channel] = 1
        self.mask = mask
        bound = (shape[-1] * self.size[0] * self.size[1]) ** -0.5
        uniform = keras.initializers.RandomUniform(-bound, bound)
        self.kernel = self.add_weight(shape=(*self.size, shape[-1], len(self.connections)), initializer=uniform, name="kernel")
        if self.use_bias:
            self.bias = self.add_weight(shape=(len(self.connections),), initializer=uniform, name="bias")

    def call(self, x):
        y = ops.conv(x, self.kernel * self.mask, self.conv_strides, "valid", dilation_rate=self.dilation_rate)
        return y + self.bias if self.use_bias else y`,
  ],
  [
    "RBF",
    `class RBF(layers.Layer):
    """Squared distances to a code for each class; fixed codes are no weights."""

    def __init__(self, units, codes=None, **kwargs):
        super().__init__(**kwargs)
        self.units, self.codes = units, codes

    def build(self, shape):
        if self.codes is None:
            bound = shape[-1] ** -0.5
            uniform = keras.initializers.RandomUniform(-bound, bound)
            self.kernel = self.add_weight(shape=(shape[-1], self.units), initializer=uniform, name="kernel")
        else:
            self.kernel = ops.convert_to_tensor(self.codes(self.units, shape[-1]).T)

    def call(self, x):
        return ops.sum(ops.square(x[:, :, None] - self.kernel), axis=1)`,
  ],
  [
    "digit_codes",
    `def digit_codes(units=10, features=84):
    """Bitmaps of the ten digits, 7 x 12 pixels of -1 and +1. Two hexadecimal digits are a row, from the top."""
    rows = [
${DIGIT_ROWS.map((row) => `        "${row}",`).join("\n")}
    ]
    bits = [[(row >> bit) & 1 for row in bytes.fromhex(digit) for bit in range(6, -1, -1)] for digit in rows]
    return np.array(bits, "float32") * 2 - 1`,
  ],
];

/** The helpers that a model's text names. */
export const helpersFor = (model: string): string[] =>
  SOURCES.filter(([name]) => new RegExp(`\\b${name}\\b`, "u").test(model)).map(([, source]) => source);
