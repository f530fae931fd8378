/** One readable script: the network, its data and its training, for one machine or several. */
import type { ExportedFile, Exporter } from "../exporter.ts";
import type { Fields, Network } from "../network.ts";
import { number } from "../network.ts";
import { exportedWeights } from "../own-weights.ts";
import { augmentationSource, CLUTTER, NORMALIZE, READ_MNIST } from "./data.ts";
import { modelSource } from "./model.ts";
import { literal, oneLine, text } from "./python.ts";
import { predictSource, trainSource } from "./run.ts";
import { optimizerSource, rateOf, scheduleSource } from "./schedule.ts";

const LOAD = `def load_safetensors(path):
    """Tensors by name, as numbers of 32 bits."""
    types = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "F64": torch.float64}
    with open(path, "rb") as file:
        header = json.loads(file.read(*struct.unpack("<Q", file.read(8))))
        data = bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        if entry.get("dtype") in types:
            begin, end = entry["data_offsets"]
            if begin < end:
                tensors[name] = torch.frombuffer(data[begin:end], dtype=types[entry["dtype"]]).view(entry["shape"]).float()
    return tensors


def load_weights(model, path):
    """Takes all weights from a safetensors file; what only training needs may be missing."""
    state = load_safetensors(path)
    wanted = [name for name in model.state_dict() if not name.endswith("num_batches_tracked")]
    missing = [name for name in wanted if name not in state and not name.startswith(HEADS)]
    if missing:
        raise SystemExit(f"{path} has no {', '.join(missing)}")
    model.load_state_dict({name: state[name] for name in wanted if name in state}, strict=False)`;

const SAVE = `def save_weights(model, path):
    """Writes a safetensors file, which Receptive opens too."""
    state = {name: tensor for name, tensor in model.state_dict().items() if tensor.is_floating_point()}
    header, place = {}, 0
    for name, tensor in state.items():
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [place, place + 4 * tensor.numel()]}
        place += 4 * tensor.numel()
    header = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        for tensor in state.values():
            file.write(tensor.float().cpu().contiguous().numpy().tobytes())`;

function initializeSource(model: string): string {
  const lines = [
    "def initialize(model):",
    '    """Weights normal with variance 2 / fan_in, biases zero (He et al. 2015)."""',
    "    for module in model.modules():",
    "        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):",
    '            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")',
    "            if module.bias is not None:",
    "                nn.init.zeros_(module.bias)",
  ];
  if (/\bChannelAffine\b/u.test(model)) {
    lines.push(
      "        elif isinstance(module, ChannelAffine):",
      "            nn.init.normal_(module.weight, std=2**0.5)",
      "            nn.init.zeros_(module.bias)",
    );
  }
  if (/\bRBF\b/u.test(model)) {
    lines.push(
      "        elif isinstance(module, RBF) and isinstance(module.weight, nn.Parameter):",
      "            nn.init.kaiming_normal_(module.weight)",
    );
  }
  return lines.join("\n");
}

/** `(0.1307,)` of several channels, `0.1307` of one. */
const perChannel = (values: readonly number[]): string =>
  values.length === 1 ? literal(values[0]) : `torch.tensor(${literal([...values])}).view(-1, 1, 1)`;

/** The script of a network. `stem` is what its file of weights is called. */
export function pytorchScript(network: Network, stem: string): string {
  const training = (network.spec.training ?? {}) as Fields;
  const optimizer = (training.optimizer ?? {}) as Fields;
  const model = modelSource(network);
  const segments = network.spec.data === "cluttered_mnist";
  const augmentation = network.trains ? augmentationSource((training.augmentation ?? {}) as Fields) : null;
  const kaiming = training.init === "kaiming";
  const { mean, std } = network.normalization ?? { mean: [0], std: [1] };
  const prefixes = network.heads.map(({ name }) => text(`${name}.`));
  const imports = ["argparse", ...(network.trains ? ["gzip"] : []), "json"];
  const parts = [
    docstring(network, stem),
    "",
    "IMPORTS",
    "",
    "import torch",
    ...(network.trains ? ["import torch.distributed as dist"] : []),
    "import torch.nn.functional as F",
    "from torch import nn",
    "",
  ];
  const constants: string[] = [];
  if (network.trains) {
    constants.push(
      `EPOCHS = ${number(training.epochs, 1)}`,
      `BATCH_SIZE = ${number(training.batch_size, 64)}`,
      `SEED = ${number(training.seed, 1)}`,
    );
  }
  constants.push("# Pixels between 0 and 1 minus MEAN, divided by STD.", `MEAN, STD = ${perChannel(mean)}, ${perChannel(std)}`);
  if (segments) constants.push("CLASSES = 11");
  constants.push(
    "# Second outputs, in training only.",
    `HEADS = (${prefixes
      .map((prefix) => `${prefix}, `)
      .join("")
      .trim()})`,
  );
  if (network.heads.length > 0 && network.trains) constants.push(`HEAD_WEIGHTS = ${literal(network.heads.map((head) => head.lossWeight))}`);
  const sections = [model, LOAD];
  if (network.trains) {
    if (kaiming) sections.push(initializeSource(model));
    const schedule = scheduleSource((training.schedule ?? {}) as Fields, rateOf(optimizer));
    sections.push(SAVE, READ_MNIST, segments ? CLUTTER : NORMALIZE);
    if (augmentation) sections.push(augmentation);
    sections.push(
      optimizerSource(optimizer),
      schedule,
      trainSource(network, { segments, kaiming, augmented: augmentation !== null, optimizer }),
    );
  } else sections.push(predictSource(network));
  const body = sections.join("\n\n\n");
  if (/\bmath\./u.test(body)) imports.push("math");
  if (/\bos\./u.test(body)) imports.push("os");
  imports.push("struct");
  if (/\btime\./u.test(body)) imports.push("time");
  const importLines = imports.map((name) => `import ${name}`);
  if (/\bPath\(/u.test(body)) importLines.push("from pathlib import Path");
  const head = parts.flatMap((line) => (line === "IMPORTS" ? importLines : [line]));
  return `${[...head, ...constants].join("\n")}\n\n\n${body}\n\n\nif __name__ == "__main__":\n    main()\n`;
}

function docstring(network: Network, stem: string): string {
  const title = oneLine(network.title);
  const lines = network.trains
    ? [
        `"""${title}: the network, its data and its training. Written by Receptive.`,
        "",
        `    python ${stem}.py`,
        "        trains on one machine",
        `    python ${stem}.py --weights ${stem}.safetensors --evaluate`,
        "        says how good the exported weights are",
        `    torchrun --nproc-per-node 4 ${stem}.py`,
        "        shares the same batches between four processes",
        `    torchrun --nnodes 2 --nproc-per-node 4 --rdzv-backend c10d --rdzv-endpoint HOST:29400 ${stem}.py`,
        "        the same on each of two machines; HOST is one of them",
        "",
        "MNIST's four files are read from --data, a folder.",
        '"""',
      ]
    : [`"""${title}. Written by Receptive.`, "", `    python ${stem}.py --weights ${stem}.safetensors --image FILE`, '"""'];
  return lines.join("\n");
}

/** Writes a script, and the weights beside it. */
export const pytorch: Exporter = {
  name: "pytorch",
  async export(network, { stem, weights }) {
    const script: ExportedFile = { name: `${stem}.py`, type: "text/x-python", parts: [pytorchScript(network, stem)] };
    return weights ? [script, await exportedWeights(network, weights, stem)] : [script];
  },
};
