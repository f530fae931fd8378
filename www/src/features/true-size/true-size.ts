/** The networks of the literature at their own size: what the page knows of them, what it makes of pictures, and how it reads answers. Pure functions all. */
import type { Spec } from "../../engine/protocol.ts";

/** One line of `architectures.json`, which the engine's tests write. */
export interface TrueSizeNetwork {
  /** `torchvision/resnet18`. */
  name: string;
  title: string;
  /** Networks of a family stand side by side. */
  family: string;
  publication: string;
  /** What the published weights expect, each channel with values from 0 to 1. */
  normalization: Normalization;
  /** `[1000]` for a classifier, `[2, 388, 388]` for one that answers with a map. */
  output: readonly number[];
  params: number;
  macs: number;
  /** Its parameters, and activations in memory that is used again. */
  bytes: number;
  spec: Spec;
}

export interface Normalization {
  mean: readonly number[];
  std: readonly number[];
}

export interface TrueSizeNetworks {
  /** What a network may take at most. */
  limit_bytes: number;
  networks: readonly TrueSizeNetwork[];
}

/** In order, a list for each family. */
export function byFamily(networks: readonly TrueSizeNetwork[]): [family: string, members: TrueSizeNetwork[]][] {
  const families = new Map<string, TrueSizeNetwork[]>();
  for (const network of networks) {
    const members = families.get(network.family);
    if (members) members.push(network);
    else families.set(network.family, [network]);
  }
  return [...families];
}

/** Where a network is from, by what stands before its name: its paper, torchvision, or how it is usually rebuilt. */
export type Origin = "paper" | "torchvision" | "common" | "small";

export function originOf({ name }: TrueSizeNetwork): Origin | null {
  const origin = name.split("/")[0];
  return origin === "paper" || origin === "torchvision" || origin === "common" || origin === "small" ? origin : null;
}

// ---- pictures ----

/** Four bytes a pixel, as a canvas has them. */
export interface Pixels {
  width: number;
  height: number;
  data: Uint8ClampedArray<ArrayBuffer>;
}

export interface Rectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The largest part around the middle of a picture that has the shape of the target: its shorter side fits, the longer one is cut. */
export function centreCrop(width: number, height: number, targetWidth: number, targetHeight: number): Rectangle {
  const scale = Math.min(width / targetWidth, height / targetHeight);
  const [cropWidth, cropHeight] = [targetWidth * scale, targetHeight * scale];
  return { left: (width - cropWidth) / 2, top: (height - cropHeight) / 2, width: cropWidth, height: cropHeight };
}

interface Taps {
  first: number;
  weights: Float32Array;
}

/** What each of `count` outputs takes from `size` inputs: a triangle around its place, as wide as the step when there are fewer outputs than inputs. */
function taps(size: number, from: number, length: number, count: number): Taps[] {
  const step = length / count;
  const reach = Math.max(step, 1);
  return Array.from({ length: count }, (_, i) => {
    const centre = from + (i + 0.5) * step;
    const first = Math.min(Math.max(Math.floor(centre - reach), 0), size - 1);
    const end = Math.min(Math.max(Math.ceil(centre + reach), first + 1), size);
    const weights = Float32Array.from({ length: end - first }, (_, j) => Math.max(1 - Math.abs(first + j + 0.5 - centre) / reach, 0));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    if (sum > 0) for (let j = 0; j < weights.length; j += 1) weights[j] = (weights[j] ?? 0) / sum;
    else weights[0] = 1;
    return { first, weights };
  });
}

/**
 * A part of a picture in another size, in every browser the same: bilinear, and without the false patterns of skipped pixels when it becomes smaller, as
 * torchvision's `Resize` and Pillow's do it. What is see-through stands on white.
 */
export function resample(picture: Pixels, part: Rectangle, width: number, height: number): Pixels {
  const { data } = picture;
  const across = taps(picture.width, part.left, part.width, width);
  const down = taps(picture.height, part.top, part.height, height);
  const firstRow = Math.min(...down.map(({ first }) => first));
  const endRow = Math.max(...down.map(({ first, weights }) => first + weights.length));
  const narrow = new Float32Array((endRow - firstRow) * width * 3);
  for (let row = firstRow; row < endRow; row += 1) {
    across.forEach(({ first, weights }, column) => {
      let [red, green, blue] = [0, 0, 0];
      for (let j = 0; j < weights.length; j += 1) {
        const at = 4 * (row * picture.width + first + j);
        const weight = weights[j] ?? 0;
        const alpha = (data[at + 3] ?? 255) / 255;
        const white = 255 * (1 - alpha);
        red += weight * (alpha * (data[at] ?? 0) + white);
        green += weight * (alpha * (data[at + 1] ?? 0) + white);
        blue += weight * (alpha * (data[at + 2] ?? 0) + white);
      }
      const to = 3 * ((row - firstRow) * width + column);
      narrow[to] = red;
      narrow[to + 1] = green;
      narrow[to + 2] = blue;
    });
  }
  const out = new Uint8ClampedArray(width * height * 4);
  down.forEach(({ first, weights }, row) => {
    for (let column = 0; column < width; column += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        let sum = 0;
        for (let j = 0; j < weights.length; j += 1)
          sum += (weights[j] ?? 0) * (narrow[3 * ((first - firstRow + j) * width + column) + channel] ?? 0);
        out[4 * (row * width + column) + channel] = sum;
      }
      out[4 * (row * width + column) + 3] = 255;
    }
  });
  return { width, height, data: out };
}

/** Colours to their brightness, weighted as torchvision's `Grayscale` does; or to its opposite: MNIST's digits are light on dark. In place. */
export function toGrey({ data }: Pixels, inverted: boolean): void {
  for (let at = 0; at < data.length; at += 4) {
    const grey = 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
    data[at] = data[at + 1] = data[at + 2] = inverted ? 255 - grey : grey;
  }
}

/** What goes into the network: channel by channel, from 0 to 1, less the mean, by the deviation. */
export function normalized({ data }: Pixels, { mean, std }: Normalization): Float32Array<ArrayBuffer> {
  const count = data.length / 4;
  const out = new Float32Array(mean.length * count);
  mean.forEach((middle, channel) => {
    const scale = std[channel] ?? 1;
    for (let i = 0; i < count; i += 1) out[channel * count + i] = ((data[4 * i + channel] ?? 0) / 255 - middle) / scale;
  });
  return out;
}

type Colour = readonly [red: number, green: number, blue: number];

const mix = (a: Colour, b: Colour, share: number): Colour => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
];
const clamp = (value: number): number => Math.min(Math.max(value, 0), 1);

/** Sky, sun and hills, in colour. */
function landscape(x: number, y: number, pixel: number): Colour {
  const cover = (distance: number): number => clamp(0.5 - distance / pixel);
  let colour = mix([92, 148, 206], [236, 222, 196], clamp(y * 1.4));
  colour = mix(colour, [250, 210, 96], cover(Math.hypot(x - 0.7, y - 0.26) - 0.11));
  colour = mix(colour, [118, 142, 150], cover(0.5 + 0.09 * Math.sin(5.2 * x + 0.6) - y));
  colour = mix(colour, [74, 116, 82], cover(0.66 + 0.06 * Math.sin(7 * x + 2.2) - y));
  return mix(colour, [50, 84, 58], cover(0.84 + 0.035 * Math.sin(11 * x) - y));
}

/** A seven, light on dark. */
function seven(x: number, y: number, pixel: number): Colour {
  const strokes = [
    [0.3, 0.27, 0.7, 0.27],
    [0.7, 0.27, 0.46, 0.77],
  ] as const;
  const distances = strokes.map(([x1, y1, x2, y2]) => {
    const along = clamp(((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / ((x2 - x1) ** 2 + (y2 - y1) ** 2));
    return Math.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1));
  });
  return mix([0, 0, 0], [255, 255, 255], clamp(0.5 - (Math.min(...distances) - 0.045) / pixel));
}

const CELLS = [
  [0.18, 0.22, 0.13],
  [0.5, 0.16, 0.11],
  [0.8, 0.27, 0.14],
  [0.31, 0.52, 0.15],
  [0.63, 0.5, 0.12],
  [0.88, 0.62, 0.1],
  [0.16, 0.83, 0.12],
  [0.48, 0.82, 0.14],
  [0.79, 0.86, 0.13],
] as const;

/** Roundish cells with dark walls, as under a microscope. */
function cells(x: number, y: number, pixel: number): Colour {
  let grey = 118 + 6 * Math.sin(9 * x) * Math.cos(8 * y);
  CELLS.forEach(([cx, cy, radius], i) => {
    const angle = Math.atan2(y - cy, x - cx);
    const distance = Math.hypot(x - cx, y - cy) - radius * (1 + 0.08 * Math.sin(3 * angle + i) + 0.04 * Math.cos(5 * angle - i));
    grey += (168 - grey) * clamp(0.5 - distance / (4 * pixel));
    grey += (62 - grey) * clamp(1 - Math.abs(distance) / 0.012);
    grey += (104 - grey) * clamp(0.5 - (Math.hypot(x - cx, y - cy) - radius * 0.33) / (4 * pixel));
  });
  return [grey, grey, grey];
}

/** A picture of our own for whoever has none at hand: of the kind that the network is for. */
export function testPicture(channels: number, width: number, height: number): Pixels {
  const scene = channels > 1 ? landscape : width <= 64 ? seven : cells;
  const data = new Uint8ClampedArray(width * height * 4);
  const pixel = 1 / Math.min(width, height);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1)
      data.set([...scene((column + 0.5) / width, (row + 0.5) / height, pixel), 255], 4 * (row * width + column));
  }
  return { width, height, data };
}

// ---- answers ----

/** Stands for no class: where the values of a pixel say none. */
export const NO_CLASS = 255;

/**
 * The class of each pixel: the one with the largest of its values; none where one of them is NaN or the largest is infinite, as in the engine's
 * ranking. `values` are `[classes, height, width]`.
 */
export function classMap(values: Float32Array, classes: number): Uint8Array<ArrayBuffer> {
  const count = values.length / classes;
  const map = new Uint8Array(count);
  for (let i = 0; i < count; i += 1) {
    let [best, largest] = [NO_CLASS, Number.NEGATIVE_INFINITY];
    for (let one = 0; one < classes && !Number.isNaN(largest); one += 1) {
      const value = values[one * count + i] ?? Number.NaN;
      if (value > largest || Number.isNaN(value)) [best, largest] = [one, value];
    }
    map[i] = Number.isFinite(largest) ? best : NO_CLASS;
  }
  return map;
}

/** Which part of the map each class has. */
export function sharesOf(map: Uint8Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const one of map) if (one < classes) counts[one] = (counts[one] ?? 0) + 1;
  return counts.map((count) => count / Math.max(map.length, 1));
}

/** How likely a class is for each pixel, from 0 for the least there is to 255 for the most: small differences are seen too. */
export interface LikelihoodMap {
  levels: Uint8Array<ArrayBuffer>;
  least: number;
  most: number;
}

/** The softmax's value for one class at each pixel. */
export function likelihoodMap(values: Float32Array, classes: number, one: number): LikelihoodMap {
  const count = values.length / classes;
  const shares = new Float64Array(count);
  let [least, most] = [1, 0];
  for (let i = 0; i < count; i += 1) {
    let sum = 0;
    for (let other = 0; other < classes; other += 1) sum += Math.exp((values[other * count + i] ?? 0) - (values[one * count + i] ?? 0));
    const share = 1 / sum;
    // Where the softmax is not defined there is no likelihood: it is shown as the least, and the map beside it has no class.
    shares[i] = share;
    if (Number.isNaN(share)) continue;
    least = Math.min(least, share);
    most = Math.max(most, share);
  }
  if (least > most) [least, most] = [0, 0];
  const range = most - least || 1;
  return {
    levels: Uint8Array.from(shares, (share) => (Number.isNaN(share) ? 0 : Math.round((255 * (share - least)) / range))),
    least,
    most,
  };
}

/** From little to much, in order of brightness for everyone (after cividis: Nuñez, Anderton, Renslow 2018). */
export const SCALE: readonly Colour[] = [
  [0, 34, 78],
  [124, 123, 120],
  [254, 232, 56],
];

/** Told apart by people with any kind of colour vision (Okabe and Ito 2008). */
export const MAP_COLOURS: readonly Colour[] = [
  [86, 180, 233],
  [213, 94, 0],
  [0, 158, 115],
  [240, 228, 66],
  [0, 114, 178],
  [204, 121, 167],
  [230, 159, 0],
  [110, 110, 110],
];

export function mapPixels(map: Uint8Array, width: number, height: number): Pixels {
  return painted(map, width, height, MAP_COLOURS);
}

export function likelihoodPixels({ levels }: LikelihoodMap, width: number, height: number): Pixels {
  const [low, middle, high] = SCALE as [Colour, Colour, Colour];
  const colours = Array.from({ length: 256 }, (_, level) =>
    level < 128 ? mix(low, middle, level / 128) : mix(middle, high, (level - 128) / 127),
  );
  return painted(levels, width, height, colours);
}

function painted(map: Uint8Array, width: number, height: number, colours: readonly Colour[]): Pixels {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < map.length; i += 1) {
    const value = map[i] ?? 0;
    const none = value === NO_CLASS && colours === MAP_COLOURS;
    const [red, green, blue] = colours[value % colours.length] ?? [0, 0, 0];
    data[4 * i] = red;
    data[4 * i + 1] = green;
    data[4 * i + 2] = blue;
    data[4 * i + 3] = none ? 0 : 255;
  }
  return { width, height, data };
}
