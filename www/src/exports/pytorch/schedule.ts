/** Optimizer and learning rate, step by step, as PyTorch writes them. */
import type { Fields } from "../network.ts";
import { flag, number } from "../network.ts";
import { indented, literal } from "./python.ts";

const FIRST_RATE: Readonly<Record<string, number>> = { sgd: 0.02, adam: 1e-3, adamw: 1e-3, rmsprop: 1e-2 };

/** The rate before the schedule. */
export const rateOf = (optimizer: Fields): number => number(optimizer.learning_rate, FIRST_RATE[String(optimizer.type ?? "sgd")] ?? 0.02);

/** `def make_optimizer(model)`. */
export function optimizerSource(optimizer: Fields): string {
  const type = String(optimizer.type ?? "sgd");
  const decay = number(optimizer.weight_decay, type === "adamw" ? 0.01 : 0);
  const args = [`lr=${literal(rateOf(optimizer))}`];
  const add = (key: string, value: unknown, otherwise: unknown): void =>
    void (literal(value) !== literal(otherwise) && args.push(`${key}=${literal(value)}`));
  if (type === "sgd") {
    const momentum = number(optimizer.momentum, 0.9);
    add("momentum", momentum, 0);
    add("dampening", number(optimizer.dampening, 0), 0);
    add("weight_decay", decay, 0);
    add("nesterov", flag(optimizer.nesterov, false) && momentum > 0, false);
  } else if (type === "rmsprop") {
    add("alpha", number(optimizer.alpha, 0.99), 0.99);
    add("eps", number(optimizer.eps, 1e-8), 1e-8);
    add("weight_decay", decay, 0);
    add("momentum", number(optimizer.momentum, 0), 0);
    add("centered", flag(optimizer.centered, false), false);
  } else {
    add("betas", optimizer.betas ?? [0.9, 0.999], [0.9, 0.999]);
    add("eps", number(optimizer.eps, 1e-8), 1e-8);
    add("weight_decay", decay, type === "adamw" ? 0.01 : 0);
    add("amsgrad", flag(optimizer.amsgrad, false), false);
  }
  const names: Readonly<Record<string, string>> = { sgd: "SGD", adam: "Adam", adamw: "AdamW", rmsprop: "RMSprop" };
  const made = (parameters: string): string => `return torch.optim.${names[type] ?? "SGD"}(${[parameters, ...args].join(", ")})`;
  const lines = ["def make_optimizer(model):"];
  if (optimizer.decay === "weights" && decay > 0) {
    lines.push(
      ...indented([
        "# Only weights of convolutions and linear layers decay.",
        "decayed = [parameter for parameter in model.parameters() if parameter.dim() > 1]",
        "others = [parameter for parameter in model.parameters() if parameter.dim() <= 1]",
        'groups = [{"params": decayed}, {"params": others, "weight_decay": 0}]',
        made("groups"),
      ]),
    );
  } else lines.push(...indented([made("model.parameters()")]));
  return lines.join("\n");
}

/** `def make_scheduler(optimizer, steps_per_epoch, total_steps)`, moved on after every step. */
export function scheduleSource(schedule: Fields, rate: number): string {
  const type = String(schedule.type ?? "constant");
  const lines = ["def make_scheduler(optimizer, steps_per_epoch, total_steps):"];
  if (type === "one_cycle") return [...lines, ...indented(oneCycle(schedule, rate))].join("\n");
  const body = [...warmUp(schedule), ...factor(type, schedule, rate)];
  const [only] = body;
  const inner = body.length === 1 && only === "return 1" ? ["return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1)"] : null;
  if (inner) return [...lines, ...indented(inner)].join("\n");
  const spans = schedule.warmup || ["step", "cosine", "polynomial", "multi_step"].includes(type);
  return [
    ...lines,
    ...indented([
      ...(spans ? ["def steps(epochs):", "    return max(int(epochs * steps_per_epoch + 0.5), 1)", ""] : []),
      "def factor(step):",
      ...indented(body),
      "",
      "return torch.optim.lr_scheduler.LambdaLR(optimizer, factor)",
    ]),
  ].join("\n");
}

function oneCycle(schedule: Fields, rate: number): string[] {
  const args = [
    `max_lr=${literal(rate)}`,
    schedule.total === undefined ? "total_steps=total_steps" : `total_steps=int(${literal(schedule.total)} * steps_per_epoch + 0.5)`,
  ];
  const add = (key: string, otherwise: unknown, from: string = key): void => {
    const value = schedule[from] ?? otherwise;
    if (literal(value) !== literal(otherwise)) args.push(`${key}=${literal(value)}`);
  };
  add("pct_start", 0.3);
  add("anneal_strategy", "cos");
  add("cycle_momentum", true);
  add("base_momentum", 0.85);
  add("max_momentum", 0.95);
  add("div_factor", 25);
  add("final_div_factor", 1e4);
  add("three_phase", false);
  return [`return torch.optim.lr_scheduler.OneCycleLR(optimizer, ${args.join(", ")})`];
}

export function warmUp(schedule: Fields): string[] {
  const warmup = number(schedule.warmup, 0);
  if (warmup === 0) return [];
  const start = typeof schedule.start_factor === "number" ? literal(schedule.start_factor) : "1 / 3";
  return [
    `warmup, start = steps(${literal(warmup)}), ${start}`,
    "if step < warmup:",
    "    return start + (1 - start) * step / warmup",
    "step -= warmup",
  ];
}

/** The lines of a schedule's factor; `step` counts from where it begins. */
export function factor(type: string, schedule: Fields, rate: number): string[] {
  const rest = number(schedule.warmup, 0) > 0 ? "max(total_steps - warmup, 1)" : "total_steps";
  const span = (epochs: unknown): string => (typeof epochs === "number" ? `steps(${literal(epochs)})` : rest);
  const gamma = literal(number(schedule.gamma, 0.1));
  switch (type) {
    case "step":
      return [`return ${gamma} ** (step // steps(${literal(schedule.step_size)}))`];
    case "multi_step": {
      const milestones = literal(schedule.milestones ?? []);
      return [
        `reached = [epochs for epochs in ${milestones} if int(epochs * steps_per_epoch + 0.5) <= step]`,
        `return ${gamma} ** len(reached)`,
      ];
    }
    case "exponential":
      return [`return ${literal(number(schedule.gamma, 1))} ** (step / steps_per_epoch)`];
    case "cosine": {
      const least = rate > 0 ? number(schedule.eta_min, 0) / rate : 0;
      const wave = `(1 + math.cos(math.pi * min(step / ${span(schedule.T_max)}, 1))) / 2`;
      return [least === 0 ? `return ${wave}` : `return ${literal(least)} + (1 - ${literal(least)}) * ${wave}`];
    }
    case "polynomial":
      return [`return (1 - min(step / ${span(schedule.total)}, 1)) ** ${literal(number(schedule.power, 1))}`];
    default:
      return ["return 1"];
  }
}
