/**
 * Scopes as classes. Scopes that differ in numbers only share a class, and the numbers become its parameters; rounds of a repeat that are alike become
 * a loop.
 */

import { valueAt } from "../../spec/spec-path.ts";
import type { Network } from "../network.ts";
import { TAKEN } from "./helpers.ts";
import type { Argument } from "./layers.ts";
import { countsChannels, expressionOf, moduleOf } from "./layers.ts";
import { indented, isAttribute, text, variable } from "./python.ts";
import type { Scope, Step } from "./scopes.ts";
import { headOf, inputsOf, madeBy, nameIn } from "./scopes.ts";
import { variablesOf } from "./variables.ts";

/** A place in a class's text that may differ between its instances. */
interface Hole {
  readonly key: string;
  /** What has it: `conv1`. */
  readonly owner: string;
  /** Before the value: `, stride=`. */
  readonly before: string;
  readonly value: string;
  readonly default?: string | undefined;
}

interface Template {
  readonly scope: Scope;
  readonly init: readonly string[];
  readonly forward: readonly string[];
  readonly holes: readonly Hole[];
}

/** What it takes to make a scope's module. */
interface Made {
  readonly callee: string;
  readonly args: readonly Argument[];
}

interface PythonClass {
  readonly name: string;
  readonly source: string;
}

const HOLE = /⟦(\d+)⟧/gu;

/** Elementwise layers are written around what they read, up to this many characters. */
const NESTED = 92;
const NESTS = new Set([
  "batch_norm2d",
  "relu",
  "sigmoid",
  "tanh",
  "scaled_tanh",
  "dropout",
  "channel_affine",
  "local_response_norm",
  "stochastic_depth",
]);

/** The classes of a network, each before those that use it; the last is `Network`. */
export function classesOf(network: Network, root: Scope): PythonClass[] {
  const writer = new Writer(network);
  const height = (scope: Scope): number => Math.max(0, ...scope.steps.map((step) => (step.kind === "scope" ? 1 + height(step.scope) : 0)));
  const all: Scope[] = [];
  const collect = (scope: Scope): void => {
    scope.steps.forEach((step) => step.kind === "scope" && collect(step.scope));
    all.push(scope);
  };
  collect(root);
  const levels = new Map<number, Scope[]>();
  for (const scope of all) levels.set(height(scope), [...(levels.get(height(scope)) ?? []), scope]);
  return [...levels.entries()]
    .sort(([a], [b]) => a - b)
    .flatMap(([, scopes]) => writer.level(scopes.filter((scope) => !isSequence(scope))));
}

/** Whether a scope is a plain `nn.Sequential`: its modules follow each other and are called 0, 1, 2, ... */
function isSequence(scope: Scope): boolean {
  if (!scope.group) return false;
  return scope.steps.every((step, at) => {
    const before = scope.steps[at - 1];
    const reads = before ? madeBy(before) : scope.input;
    const follows = inputsOf(step).length === 1 && inputsOf(step)[0] === reads;
    return step.kind === "node" && follows && nameIn(scope, step) === String(at) && moduleOf(step.node) !== null;
  });
}

class Writer {
  readonly #network: Network;
  readonly #made = new Map<Scope, Made>();
  readonly #names = new Set<string>(TAKEN);

  constructor(network: Network) {
    this.#network = network;
  }

  /** Writes the classes of scopes whose inner scopes have theirs. */
  level(scopes: readonly Scope[]): PythonClass[] {
    const alike = new Map<string, Template[]>();
    for (const scope of scopes) {
      const template = this.#template(scope);
      const signature = JSON.stringify([template.init, template.forward, template.holes.map(({ key, before }) => [key, before])]);
      alike.set(signature, [...(alike.get(signature) ?? []), template]);
    }
    return [...alike.values()].map((templates) => this.#class(templates));
  }

  #template(scope: Scope): Template {
    const holes: Hole[] = [];
    const hole = (made: Hole): string => `⟦${holes.push(made) - 1}⟧`;
    const call = (made: Made, owner: string): string => {
      const args = made.args.map((arg, at) => {
        const before = `${at > 0 ? ", " : ""}${arg.positional ? "" : `${arg.key}=`}`;
        return hole({ key: arg.key, owner, before, value: arg.value, default: arg.default });
      });
      return `${made.callee}(${args.join("")})`;
    };
    const init: string[] = [];
    const modules = new Set<string>();
    const uses = new Map<string, number>();
    scope.steps.forEach((step) => inputsOf(step).forEach((name) => uses.set(name, (uses.get(name) ?? 0) + 1)));
    const variables = variablesOf(this.#network, scope);
    const inVariable = (value: string): string => variables.get(value) ?? "x";
    const lines: Line[] = [];
    for (let at = 0; at < scope.steps.length; at += 1) {
      const step = scope.steps[at] as Step;
      const rounds = this.#rounds(scope, at, uses);
      if (rounds > 1) {
        this.#loop(scope, at, rounds, { init, lines, call, hole, variables });
        at += rounds - 1;
        continue;
      }
      const made = this.#module(step);
      const name = nameIn(scope, step);
      const inputs = inputsOf(step).map(inVariable);
      if (made) init.push(...this.#register(modules, name, made === "sequence" ? this.#sequence(step, call) : [call(made, name)]));
      const previous = lines.at(-1);
      const first = inputsOf(step)[0] ?? "";
      const nests = step.kind === "node" && NESTS.has(step.node.op) && uses.get(first) === 1 && first !== scope.output;
      const joins = nests && previous?.value === first && previous.head === headOf(step) && previous.nests !== false;
      const inside = joins ? [previous.expression] : inputs;
      const written = step.kind === "node" ? this.#written(step) : true;
      const expression = (step.kind === "node" && expressionOf(step.node, written, inside)) || `${reference(name)}(${inside.join(", ")})`;
      const line: Line = { value: madeBy(step), variable: inVariable(madeBy(step)), expression, head: headOf(step), nests: true };
      if (joins && expression.length <= NESTED) lines[lines.length - 1] = line;
      else if (joins)
        lines.push({
          ...line,
          expression: (step.kind === "node" && expressionOf(step.node, written, inputs)) || `${reference(name)}(${inputs.join(", ")})`,
        });
      else lines.push(line);
    }
    return { scope, init, forward: this.#forward(scope, lines, inVariable), holes };
  }

  #forward(scope: Scope, lines: readonly Line[], inVariable: (value: string) => string): string[] {
    const heads = scope.group ? [] : this.#network.heads;
    const output = inVariable(scope.output);
    const forward: string[] = [];
    const last = lines.at(-1);
    let inHead = false;
    for (const line of lines) {
      const forHead = line.head !== scope.head;
      if (forHead && !inHead) forward.push("if self.training:");
      inHead = forHead;
      if (line === last && heads.length === 0 && line.value === scope.output && !line.block) forward.push(`return ${line.expression}`);
      else forward.push(...indented(line.block ?? [`${line.variable} = ${line.expression}`], forHead ? 1 : 0));
    }
    if (heads.length > 0)
      forward.push(`return (${[output, ...heads.map((head) => inVariable(head.output))].join(", ")}) if self.training else ${output}`);
    else if (!forward.at(-1)?.startsWith("return ")) forward.push(`return ${output}`);
    return forward;
  }

  /** How many scopes from this one on are equal rounds of one repeat, each reading the one before. */
  #rounds(scope: Scope, at: number, uses: ReadonlyMap<string, number>): number {
    const first = scope.steps[at];
    const round = (step: Step | undefined): [string, number] | null => {
      if (step?.kind !== "scope" || step.scope.group?.kind !== "repeat" || isSequence(step.scope)) return null;
      const [, base, n] = /^([A-Za-z_]\w*?)(\d+)$/u.exec(nameIn(scope, step)) ?? [];
      return base === undefined ? null : [base, Number(n)];
    };
    const begin = round(first);
    if (!begin || first?.kind !== "scope") return 1;
    const made = JSON.stringify(this.#made.get(first.scope));
    let count = 1;
    for (; ; count += 1) {
      const [before, step] = [scope.steps[at + count - 1], scope.steps[at + count]];
      const next = round(step);
      if (!next || !before || step?.kind !== "scope") return count;
      const same = next[0] === begin[0] && next[1] === begin[1] + count && step.scope.group?.path === first.scope.group?.path;
      const chained = step.scope.input === madeBy(before) && uses.get(madeBy(before)) === 1 && madeBy(before) !== scope.output;
      if (!same || !chained || JSON.stringify(this.#made.get(step.scope)) !== made) return count;
    }
  }

  #loop(scope: Scope, at: number, rounds: number, into: Sink): void {
    const [first, last] = [scope.steps[at] as Step, scope.steps[at + rounds - 1] as Step];
    const [, base = "", n = "1"] = /^(\w*?)(\d+)$/u.exec(nameIn(scope, first)) ?? [];
    const [from, to] = [Number(n), Number(n) + rounds];
    const made = this.#made.get((first as { scope: Scope }).scope) as Made;
    const end = from === 1 ? `${into.hole({ key: `${base}s`, owner: base, before: "", value: String(rounds) })} + 1` : String(to);
    const range = (text: string): string => `for n in range(${from}, ${text}):`;
    into.init.push(range(end), `    self.add_module(f"${base}{n}", ${into.call(made, base)})`);
    const [source, target] = [into.variables.get(inputsOf(first)[0] ?? "") ?? "x", into.variables.get(madeBy(last)) ?? "x"];
    const children =
      from === 1
        ? `range(${from}, ${into.hole({ key: `${base}s`, owner: base, before: "", value: String(rounds) })} + 1)`
        : `range(${from}, ${to})`;
    const block = [
      ...(source === target ? [] : [`${target} = ${source}`]),
      `for n in ${children}:`,
      `    ${target} = self.get_submodule(f"${base}{n}")(${target})`,
    ];
    into.lines.push({ value: madeBy(last), variable: target, expression: "", head: headOf(first), nests: false, block });
  }

  #module(step: Step): Made | "sequence" | null {
    if (step.kind === "scope") return isSequence(step.scope) ? "sequence" : (this.#made.get(step.scope) ?? null);
    if (expressionOf(step.node, this.#written(step), [])) return null;
    return moduleOf(step.node);
  }

  /** Whether a node is an item of its own; others were made by a container. */
  #written(step: Step & { kind: "node" }): boolean {
    const item = valueAt(this.#network.spec, step.node.path) as { op?: string } | undefined;
    return item?.op === step.node.op;
  }

  #sequence(step: Step, call: (made: Made, owner: string) => string): string[] {
    const { scope } = step as { scope: Scope };
    const lines = scope.steps.map(
      (inner) => `    ${call(moduleOf((inner as { node: Parameters<typeof moduleOf>[0] }).node) as Made, `layer${nameIn(scope, inner)}`)},`,
    );
    return ["nn.Sequential(", ...lines, ")"];
  }

  /** The lines that give a module its name. What a name's parts before the last one say holds modules and nothing else. */
  #register(modules: Set<string>, name: string, made: readonly string[]): string[] {
    const parts = name.split(".");
    const lines: string[] = [];
    for (let n = 1; n < parts.length; n += 1) {
      const outer = parts.slice(0, n).join(".");
      if (!modules.has(outer)) lines.push(...assigned(outer, ["nn.Module()"]));
      modules.add(outer);
    }
    modules.add(name);
    return [...lines, ...assigned(name, made)];
  }

  #class(templates: readonly Template[]): PythonClass {
    const [model] = templates as [Template, ...Template[]];
    const values = model.holes.map((_, at) => templates.map(({ holes }) => holes[at]?.value ?? ""));
    const varying = values.map((row) => row.some((value) => value !== row[0]));
    const params: { name: string; key: string; values: string[] }[] = [];
    const paramOf = model.holes.map((hole, at) => {
      const row = values[at] ?? [];
      if (!varying[at]) return null;
      const alike = (key: string): boolean => key === hole.key || (countsChannels(key) && countsChannels(hole.key));
      const known = params.find((param) => alike(param.key) && param.values.every((value, i) => value === row[i]));
      if (known) return known;
      const made = {
        name: this.#parameterName(
          hole,
          params.map(({ name }) => name),
        ),
        key: hole.key,
        values: row,
      };
      params.push(made);
      return made;
    });
    const filled = (line: string): string =>
      line
        .replace(HOLE, (_, digits: string) => {
          const at = Number(digits);
          const { before, value, default: otherwise } = model.holes[at] as Hole;
          const param = paramOf[at];
          if (param) return `${before}${param.name}`;
          return value === otherwise ? "" : `${before}${value}`;
        })
        .replace(/\(, /gu, "(")
        .replace(/(\d+) \+ 1\)/gu, (_, rounds: string) => `${Number(rounds) + 1})`);
    const name = model.scope.group ? this.#className(templates) : "Network";
    templates.forEach(({ scope }, i) => {
      const args = params.map((param) => ({ key: param.name, value: param.values[i] ?? "", positional: countsChannels(param.key) }));
      this.#made.set(scope, { callee: name, args: [...args.filter((arg) => arg.positional), ...args.filter((arg) => !arg.positional)] });
    });
    const signature = [
      "self",
      ...params.filter(({ key }) => countsChannels(key)).map((p) => p.name),
      ...params.filter(({ key }) => !countsChannels(key)).map((p) => p.name),
    ];
    const kept = params.filter(
      (param) => param.key.endsWith("s") && model.forward.some((line) => line.includes("range(")) && isCount(model, param.key),
    );
    const forward = model.forward.map((line) =>
      kept.reduce((text, param) => text.replace(new RegExp(`\\b${param.name}\\b(?= \\+ 1\\))`, "u"), `self.${param.name}`), filled(line)),
    );
    const lines = [
      `class ${name}(nn.Module):`,
      ...indented([`def __init__(${signature.join(", ")}):`]),
      ...indented(["super().__init__()", ...kept.map((param) => `self.${param.name} = ${param.name}`), ...model.init.map(filled)], 2),
      "",
      ...indented(["def forward(self, x):"]),
      ...indented(forward, 2),
    ];
    return { name, source: lines.join("\n") };
  }

  #parameterName(hole: Hole, taken: readonly string[]): string {
    const own = variable(hole.owner.replace(/\./gu, "_"), "layer");
    const wishes = [variable(hole.key, "value"), `${own}_${hole.key}`];
    const free = wishes.find((wish) => !taken.includes(wish));
    if (free) return free;
    let n = 2;
    while (taken.includes(`${own}_${hole.key}${n}`)) n += 1;
    return `${own}_${hole.key}${n}`;
  }

  /** `Block` for block1 to block3 of any stage; else what kind of container it is. */
  #className(templates: readonly Template[]): string {
    const stems = new Set(templates.map(({ scope }) => (scope.group?.name?.split(".").at(-1) ?? "").replace(/[0-9_]+$/u, "")));
    const [stem = ""] = stems;
    const kind = templates[0]?.scope.group?.kind ?? "stage";
    const kinds: Readonly<Record<string, string>> = {
      residual: "Residual",
      parallel: "Parallel",
      branch: "Branch",
      head: "Head",
      repeat: "Round",
    };
    const word = stems.size === 1 && /^[a-z][a-z_]{2,}$/iu.test(stem) ? stem : (kinds[kind] ?? "Stage");
    const name = word
      .split("_")
      .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
      .join("");
    let chosen = name;
    for (let n = 2; this.#names.has(chosen); n += 1) chosen = `${name}${n}`;
    this.#names.add(chosen);
    return chosen;
  }
}

/** Whether a parameter says how many rounds a loop has. */
const isCount = (model: Template, key: string): boolean =>
  model.holes.some((hole) => hole.key === key && hole.before === "" && key === `${hole.owner}s`);

interface Line {
  readonly value: string;
  readonly variable: string;
  readonly expression: string;
  readonly head: string | null;
  /** Whether a layer may be written around it. */
  readonly nests: boolean;
  /** Several lines, which an expression cannot be. */
  readonly block?: readonly string[];
}

interface Sink {
  readonly init: string[];
  readonly lines: Line[];
  readonly call: (made: Made, owner: string) => string;
  readonly hole: (made: Hole) => string;
  readonly variables: ReadonlyMap<string, string>;
}

/** A module as `forward` names it. */
function reference(name: string): string {
  return name.split(".").reduce((outer, part) => (isAttribute(part) ? `${outer}.${part}` : `${outer}._modules[${text(part)}]`), "self");
}

/** Gives a module its name: as an attribute, or by the table of modules where Python or `nn.Module` has the name already. */
function assigned(name: string, made: readonly string[]): string[] {
  const [first = "", ...rest] = made;
  return [`${reference(name)} = ${first}`, ...rest];
}
