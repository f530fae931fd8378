/** One readable script for Keras 3, on any of its backends. */
import type { Exporter } from "../exporter.ts";
import type { Fields, Network } from "../network.ts";
import { flag, number } from "../network.ts";
import { exportedWeights } from "../own-weights.ts";
import { indented, literal, oneLine, text } from "../pytorch/python.ts";
import { factor, rateOf, warmUp } from "../pytorch/schedule.ts";
import { scopesOf } from "../pytorch/scopes.ts";
import { variablesOf } from "../pytorch/variables.ts";
import { helpersFor } from "./helpers.ts";
import type { Style } from "./layers.ts";
import { layerOf } from "./layers.ts";

const LOAD = `def load_safetensors(path):
    """Tensors by name, as numbers of 32 bits."""
    types = {"F32": "<f4", "F16": "<f2", "F64": "<f8"}
    with open(path, "rb") as file:
        header = json.loads(file.read(*struct.unpack("<Q", file.read(8))))
        data = file.read()
    entries = {name: entry for name, entry in header.items() if entry.get("dtype") in types}
    read = lambda entry: np.frombuffer(data[slice(*entry["data_offsets"])], types[entry["dtype"]]).reshape(entry["shape"])
    return {name: read(entry).astype("float32") for name, entry in entries.items()}


def load_weights(model, path):
    """Takes all weights from a safetensors file with PyTorch's names, and turns its layouts into Keras'."""
    state = {name.replace("/", "_"): value for name, value in load_safetensors(path).items()}
    for layer in model.layers:
        if not layer.weights:
            continue
        roles = ["weight", "bias"]
        if isinstance(layer, layers.BatchNormalization):
            roles = (["weight", "bias"] if layer.scale else []) + ["running_mean", "running_var"]
        values = [state[f"{layer.name}.{role}"] for role in roles[: max(len(layer.weights), 1)]]
        if values[0].ndim == 4:
            values[0] = values[0].transpose(2, 3, 1, 0)
        elif values[0].ndim == 2:
            values[0] = values[0].T
        layer.set_weights(values)`;

const READ = `def read_idx(folder, name):
    """One of MNIST's files, as it is or compressed."""
    for path, opener in ((folder / name, open), (folder / f"{name}.gz", gzip.open)):
        if path.exists():
            with opener(path, "rb") as file:
                data = file.read()
            shape = struct.unpack_from(f">{data[3]}I", data, 4)
            return np.frombuffer(data, "uint8", offset=4 + 4 * len(shape)).reshape(shape)
    raise SystemExit(f"{folder / name} is not there: put MNIST's four files into {folder}")


def read_mnist(folder):
    """Training images and labels, test images and labels, as the network expects them."""
    if not any(folder.glob("train-images-idx3-ubyte*")):
        (images, labels), (test_images, test_labels) = keras.datasets.mnist.load_data()
    else:
        names = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
        images, labels, test_images, test_labels = (read_idx(folder, name) for name in names)
    normalized = lambda pixels: ((pixels[..., None] / 255 - MEAN) / STD).astype("float32")
    return normalized(images), labels.astype("int32"), normalized(test_images), test_labels.astype("int32")`;

/** `def make_network(heads=False)`. */
function networkSource(network: Network, style: Style): string {
  const root = scopesOf({
    ...network,
    groups: network.groups.map((group) => ({ ...group, name: group.kind === "head" ? group.name : null })),
  });
  const steps = network.nodes.map((node) => ({ kind: "node" as const, node }));
  const variables = variablesOf(network, { ...root, steps });
  const at = (name: string): string => variables.get(name) ?? "x";
  const [channels, height, width] = network.input;
  const lines = [`inputs = x = keras.Input((${height}, ${width}, ${channels}), name="input")`];
  for (const node of network.nodes) lines.push(`${at(node.name)} = ${layerOf(node, node.inputs.map(at), style)}`);
  const output = at(network.output);
  const heads = network.heads.map((head) => at(head.output));
  const outputs = heads.length > 0 ? `[${[output, ...heads].join(", ")}] if heads else ${output}` : output;
  const about = '"""The network. With `heads` it returns its second outputs too, which are for training only."""';
  const simple = '"""The network, maps channels last."""';
  return [
    "def make_network(heads=False):",
    ...indented([heads.length > 0 ? about : simple, ...lines, `return keras.Model(inputs, ${outputs})`]),
  ].join("\n");
}

function rateSource(schedule: Fields, rate: number): string {
  const lines = ["def rates(steps_per_epoch, total_steps):", '    """The learning rate of every step."""'];
  if (schedule.type === "one_cycle") {
    const [up, div, final] = [number(schedule.pct_start, 0.3), number(schedule.div_factor, 25), number(schedule.final_div_factor, 1e4)];
    const total = typeof schedule.total === "number" ? `int(${literal(schedule.total)} * steps_per_epoch + 0.5)` : "total_steps";
    const shape = schedule.anneal_strategy === "linear" ? "part" : "(1 - np.cos(np.pi * part)) / 2";
    const ends = schedule.three_phase
      ? `[0, ${literal(up)} * total - 1, 2 * ${literal(up)} * total - 2, total - 1], [1 / ${literal(div)}, 1, 1 / ${literal(div)}, 1 / ${literal(div * final)}]`
      : `[0, ${literal(up)} * total - 1, total - 1], [1 / ${literal(div)}, 1, 1 / ${literal(div * final)}]`;
    lines.push(
      `    # One cycle (Smith and Topin 2018). Keras has no momentum that goes the other way meanwhile.`,
      `    total = ${total}`,
      `    steps, factors = ${ends}`,
      "    found = np.full(total_steps, factors[-1])",
      "    for begin, end, low, high in zip(steps, steps[1:], factors, factors[1:]):",
      "        at = np.arange(int(np.ceil(begin)), min(int(end) + 1, total_steps))",
      "        part = (at - begin) / (end - begin)",
      `        found[at] = low + (high - low) * ${shape}`,
      `    return ${literal(rate)} * found`,
    );
    return lines.join("\n");
  }
  const body = [...warmUp(schedule), ...factor(String(schedule.type ?? "constant"), schedule, rate)];
  lines.push(
    ...indented([
      "def steps(epochs):",
      "    return max(int(epochs * steps_per_epoch + 0.5), 1)",
      "",
      "def factor(step):",
      ...indented(body),
      "",
      `return ${literal(rate)} * np.array([factor(step) for step in range(total_steps)])`,
    ]),
  );
  return lines.join("\n");
}

function optimizerLines(optimizer: Fields, decay: number): string[] {
  const type = String(optimizer.type ?? "sgd");
  const clip = typeof optimizer.clip_grad_norm === "number" ? [`global_clipnorm=${literal(optimizer.clip_grad_norm)}`] : [];
  const [beta1, beta2] = (optimizer.betas as [number, number] | undefined) ?? [0.9, 0.999];
  const adam = [`beta_1=${literal(beta1)}`, `beta_2=${literal(beta2)}`, `epsilon=${literal(number(optimizer.eps, 1e-8))}`];
  if (flag(optimizer.amsgrad, false)) adam.push("amsgrad=True");
  const made = (name: string, args: readonly string[]): string =>
    `optimizer = keras.optimizers.${name}(${["Rates(table)", ...args, ...clip].join(", ")})`;
  switch (type) {
    case "adam":
      return [made("Adam", adam)];
    case "adamw": {
      const lines = [made("AdamW", [...adam, `weight_decay=${literal(decay)}`])];
      if (optimizer.decay === "weights") {
        lines.push("optimizer.exclude_from_weight_decay([value for value in model.trainable_variables if len(value.shape) < 2])");
      }
      return lines;
    }
    case "rmsprop": {
      const args = [`rho=${literal(number(optimizer.alpha, 0.99))}`, `momentum=${literal(number(optimizer.momentum, 0))}`];
      return [
        made("RMSprop", [
          ...args,
          `epsilon=${literal(number(optimizer.eps, 1e-8))}`,
          `centered=${literal(flag(optimizer.centered, false))}`,
        ]),
      ];
    }
    default: {
      const args = [`momentum=${literal(number(optimizer.momentum, 0.9))}`];
      if (flag(optimizer.nesterov, false)) args.push("nesterov=True");
      return [made("SGD", args)];
    }
  }
}

/** What Keras' layers can do of the augmentation, and a word on the rest. */
function augmentLines(augmentation: Fields): string[] {
  const fill = 'fill_mode="constant", fill_value=-MEAN / STD';
  const made: string[] = [];
  const shift = number(augmentation.shift, 0);
  if (shift > 0) made.push(`layers.RandomTranslation(${shift} / 28, ${shift} / 28, ${fill})`);
  const degrees = number(augmentation.rotation_degrees, 0);
  if (degrees > 0) made.push(`layers.RandomRotation(${literal(degrees)} / 360, ${fill})`);
  const scale = number(augmentation.scale, 0);
  if (scale > 0) made.push(`layers.RandomZoom(${literal(scale)}, ${fill})`);
  const missing = ["elastic", "erase"].filter((key) => augmentation[key]);
  const lines = missing.length > 0 ? [`# Left out of the augmentation: ${missing.join(", ")}.`] : [];
  if (made.length > 0)
    lines.push(
      `augment = keras.Sequential([${made.join(", ")}])`,
      "outputs = network(augment(network.input))",
      "model = keras.Model(network.input, outputs)",
    );
  else lines.push("model = network");
  return lines;
}

function mainSource(network: Network, training: Fields, optimizer: Fields, decay: number): string {
  const heads = network.heads.length > 0;
  const weights = [1, ...network.heads.map(({ lossWeight }) => lossWeight)];
  const compiled = heads
    ? [
        `losses, weights = [loss] * ${weights.length}, ${literal(weights).replace(/^\(/u, "[").replace(/\)$/u, "]")}`,
        "model.compile(optimizer, loss=losses, loss_weights=weights)",
      ]
    : ["model.compile(optimizer, loss=loss)"];
  const labels = heads ? `[labels] * ${weights.length}` : "labels";
  return `class Rates(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate for every step, from a table."""

    def __init__(self, table):
        self.table = table.astype("float32")

    def __call__(self, step):
        return ops.take(ops.convert_to_tensor(self.table), ops.minimum(ops.cast(step, "int32"), len(self.table) - 1))

    def get_config(self):
        return {"table": self.table}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("mnist"), help="the folder of MNIST's files")
    parser.add_argument("--weights", help="a safetensors file to begin with")
    parser.add_argument("--evaluate", action="store_true", help="do not train")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--save", default="trained.weights.h5", help="where the trained weights go")
    args = parser.parse_args()

    images, labels, test_images, test_labels = read_mnist(args.data)
    keras.utils.set_random_seed(SEED)
    network = make_network(${heads ? "heads=True" : ""})
    if args.weights:
        load_weights(network, args.weights)
    plain = ${heads ? "keras.Model(network.input, network.outputs[0])" : "network"}
    metrics = ["accuracy", keras.metrics.SparseTopKCategoricalAccuracy(5, name="top5")]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    if not args.evaluate:
${indented(augmentLines((training.augmentation ?? {}) as Fields), 2).join("\n")}
        steps = len(images) // BATCH_SIZE
        table = rates(steps, max(args.epochs * steps, 1))
${indented(optimizerLines(optimizer, decay), 2).join("\n")}
${indented(compiled, 2).join("\n")}
        for _ in range(args.epochs):
            # An epoch's last images are left out where they make no whole batch.
            order = np.random.permutation(len(images))[: steps * BATCH_SIZE]
            model.fit(images[order], ${labels.replace("labels", "labels[order]")}, BATCH_SIZE, shuffle=False, verbose=2)
        network.save_weights(args.save)
    plain.compile(loss=loss, metrics=metrics)
    test_loss, first, fifth = plain.evaluate(test_images, test_labels, 250, verbose=0)
    print(f"test accuracy {100 * first:.2f} %, top 5 {100 * fifth:.2f} %")`;
}

const PREDICT = `def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", required=True, help="a safetensors file")
    parser.add_argument("--image", required=True, help="a picture")
    args = parser.parse_args()
    network = make_network()
    load_weights(network, args.weights)
    _, height, width, channels = network.input.shape
    mode = "grayscale" if channels == 1 else "rgb"
    pixels = keras.utils.img_to_array(keras.utils.load_img(args.image, color_mode=mode, target_size=(height, width)))
    output = np.array(network((pixels[None] / 255 - MEAN) / STD))[0]
    if output.ndim > 1:
        print(output.argmax(axis=-1))
    else:
        for index in output.argsort()[::-1][:5]:
            print(f"class {index}: {output[index]:.3f}")`;

/** The script of a network. */
export function kerasScript(network: Network, stem: string): string {
  const training = (network.spec.training ?? {}) as Fields;
  const optimizer = (training.optimizer ?? {}) as Fields;
  const type = String(optimizer.type ?? "sgd");
  const decay = number(optimizer.weight_decay, type === "adamw" ? 0.01 : 0);
  const trains = network.trains && network.spec.data !== "cluttered_mnist";
  const reach = optimizer.decay === "weights" ? "weights" : "all";
  const style: Style = { kaiming: training.init === "kaiming", decay: trains && decay > 0 && type !== "adamw" ? reach : null };
  const model = networkSource(network, style);
  const { mean, std } = network.normalization ?? { mean: [0], std: [1] };
  const values = (numbers: readonly number[]): string =>
    numbers.length === 1 ? literal(numbers[0]) : `np.array(${literal([...numbers])}, "float32")`;
  const constants = ["# Pixels between 0 and 1 minus MEAN, divided by STD.", `MEAN, STD = ${values(mean)}, ${values(std)}`];
  if (trains)
    constants.unshift(
      `EPOCHS = ${number(training.epochs, 1)}`,
      `BATCH_SIZE = ${number(training.batch_size, 64)}`,
      `SEED = ${number(training.seed, 1)}`,
    );
  if (model.includes("=L2"))
    constants.push(
      "# The gradient of this penalty is weight decay as PyTorch's optimizers have it.",
      `L2 = keras.regularizers.L2(${literal(decay / 2)})`,
    );
  if (model.includes("=HE"))
    constants.push("# He et al. 2015.", 'HE = keras.initializers.VarianceScaling(2, "fan_in", "untruncated_normal")');
  if (model.includes("=UNIFORM"))
    constants.push("# PyTorch's default.", 'UNIFORM = keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")');
  const sections = [...helpersFor(model)];
  if (model.includes("bias_uniform(")) {
    sections.unshift(`def bias_uniform(fan_in):\n    return keras.initializers.RandomUniform(-(fan_in**-0.5), fan_in**-0.5)`);
  }
  sections.push(model, LOAD);
  if (trains)
    sections.push(
      READ,
      rateSource((training.schedule ?? {}) as Fields, rateOf(optimizer)),
      mainSource(network, training, optimizer, decay),
    );
  else sections.push(PREDICT);
  const body = sections.join("\n\n\n");
  const imports = ["argparse", ...(trains ? ["gzip"] : []), "json", ...(/\bmath\./u.test(body) ? ["math"] : []), "struct"].map(
    (name) => `import ${name}`,
  );
  if (trains) imports.push("from pathlib import Path");
  const about = [
    `"""${oneLine(network.title)} for Keras 3. Written by Receptive.`,
    "",
    trains
      ? `    KERAS_BACKEND=jax python ${stem}_keras.py`
      : `    KERAS_BACKEND=jax python ${stem}_keras.py --weights ${stem}.safetensors --image FILE`,
    ...(trains ? [`    python ${stem}_keras.py --weights ${stem}.safetensors --evaluate`] : []),
    '"""',
  ];
  const head = [...about, "", ...imports, "", "import keras", "import numpy as np", "from keras import layers, ops", "", ...constants];
  return `${head.join("\n")}\n\n\n${body}\n\n\nif __name__ == ${text("__main__")}:\n    main()\n`;
}

/** Writes a script, and the weights beside it. */
export const kerasExporter: Exporter = {
  name: "keras",
  async export(network, { stem, weights }) {
    const script = { name: `${stem}_keras.py`, type: "text/x-python", parts: [kerasScript(network, stem)] };
    return weights ? [script, await exportedWeights(network, weights, stem)] : [script];
  },
};
