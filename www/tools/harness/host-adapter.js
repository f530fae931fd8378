/**
 * The engine for a program that gives several libraries the same work: networks in a neutral description, the same weights, the same batches, in the order
 * NCHW, OIHW, [out, in]. `open(backend)` gives `trainer`, `predictor` and `conv`. The harness package must be served at `/pkg/`.
 *
 * A description is a list of layers `{ op: "conv" | "bn" | "relu" | "maxpool2" | "flatten" | "fc" | "gap" | "block", name, ... }`; a block is a residual one
 * of two convolutions with an optional projection. Weights are `{ [name.w | .b | .g | .m | .v]: { data } }`.
 */
import init, { HostConvolution, HostInference, HostTraining } from "/pkg/receptive.js";

/** Batches come normalized; training takes bytes, as MNIST has them. */
const MEAN = 0.1307;
const DEVIATION = 0.3081;

function bytesInto(images, bytes) {
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = (images[at] * DEVIATION + MEAN) * 255 + 0.5;
  return bytes;
}

/** Names are unique without their dots, which are the engine's for what lies inside a stage. */
const plain = (name) => name.replaceAll(".", "_");

const conv = ({ name, cout, k, stride, pad, bias }) => ({
  op: "conv2d",
  name: plain(name),
  out_channels: cout,
  kernel_size: k,
  stride,
  padding: pad,
  bias,
});
const norm = (bn) => (bn ? [{ op: "batch_norm2d", name: plain(bn.name) }] : []);

function layers(network) {
  return network.layers.flatMap((layer) => {
    switch (layer.op) {
      case "conv":
        return [conv(layer)];
      case "bn":
        return norm(layer);
      case "relu":
        return [{ op: "relu" }];
      case "maxpool2":
        return [{ op: "max_pool2d", kernel_size: 2 }];
      case "flatten":
        return [{ op: "flatten" }];
      case "gap":
        return [{ op: "global_avg_pool2d" }, { op: "flatten" }];
      case "fc":
        return [{ op: "linear", name: plain(layer.name), out_features: layer.cout }];
      case "block": {
        const body = [conv(layer.conv1), ...norm(layer.bn1), { op: "relu" }, conv(layer.conv2), ...norm(layer.bn2)];
        const shortcut = layer.proj ? { shortcut: [conv(layer.proj), ...norm(layer.bnp)] } : {};
        return [{ residual: { body, ...shortcut, after: "relu" } }];
      }
      default:
        throw new Error(`no layer ${layer.op}`);
    }
  });
}

const ENDS = { w: "weight", b: "bias", m: "running_mean", v: "running_var" };

/** The weights by the engine's names. A batch norm has a `g`, and its `b` is then beta. */
function tensors(weights) {
  const named = Object.entries(weights).map(([key, { data }]) => {
    const dot = key.lastIndexOf(".");
    const [name, end] = [key.slice(0, dot), key.slice(dot + 1)];
    const ofNorm = `${name}.g` in weights;
    return [`${plain(name)}.${ofNorm && (end === "g" || end === "b") ? { g: "gamma", b: "beta" }[end] : ENDS[end]}`, data];
  });
  return Object.fromEntries(named);
}

const spec = (network, batch_size, optimizer) => ({
  version: 1,
  name: network.name,
  input: [1, 28, 28],
  layers: layers(network),
  training: { batch_size, optimizer, schedule: { type: "constant" } },
});

/** `cpu`, or `webgpu`. */
export async function open(backend) {
  await init();
  const device = /gpu/u.test(backend) ? "webgpu" : "cpu";
  return {
    version: "0.1",
    notes: device === "cpu" ? "wasm simd, one worker" : "webgpu",
    async trainer(network, weights, { batch, lr, momentum }) {
      const optimizer = { type: "sgd", learning_rate: lr, momentum };
      const training = await HostTraining.create(spec(network, batch, optimizer), device, tensors(weights));
      const images = new Uint8Array(batch * 784);
      return {
        step: (x, y) => training.step(bytesInto(x, images), Uint8Array.from(y)),
        loss: () => training.loss(),
        accuracy: (x, y, count) => training.accuracy(bytesInto(x, new Uint8Array(count * 784)), Uint8Array.from(y.subarray(0, count))),
        dispose: () => training.free(),
      };
    },
    async predictor(network, weights, { batch }) {
      const inference = await HostInference.create(spec(network, batch, { type: "sgd", learning_rate: 0.1 }), device, tensors(weights));
      return { run: (x) => inference.run(x), dispose: () => inference.free() };
    },
    async conv(_size, { x, w, dy }, which) {
      const convolution = await HostConvolution.create(device, which === "bwd", { x, weight: w, dy });
      return {
        run: () => convolution.run(),
        sync: () => convolution.finish(),
        async result() {
          const { y, dx, dweight } = await convolution.results();
          return which === "bwd" ? { dx, dw: dweight } : { y };
        },
        dispose: () => convolution.free(),
      };
    },
  };
}
