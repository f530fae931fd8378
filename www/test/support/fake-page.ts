/** A page with a fake engine: it answers at once, notes what it was asked, and says what a test tells it to say. */
import features from "receptive:features";
import type { ReceptiveError } from "../../src/engine/errors.ts";
import { ReceptiveFailure } from "../../src/engine/errors.ts";
import type { DataFacts, Metrics, RequestBody } from "../../src/engine/protocol.ts";
import type { Engine, SpecClient } from "../../src/page/page.ts";
import { Page } from "../../src/page/page.ts";
import { AddressBar } from "../../src/session/address.ts";
import { session } from "../../src/session/session.ts";
import { startup } from "../../src/session/startup.ts";
import { BLANK } from "../../src/spec/document.ts";
import { TestEnvironment } from "./environment.ts";
import { atFirst, described, metricsAt, PRESETS } from "./page-state.ts";

export class FakeEngine {
  readonly asked: RequestBody[] = [];
  /** How often it was started anew. */
  restarts = 0;
  /** What files of one's own are like when they are loaded. */
  facts: DataFacts | null = null;
  /** The step the weights are at. */
  at = 0;
  run = "run-0";
  readonly #listeners = new Map<string, Set<(event: object) => void>>();
  readonly #refused = new Map<string, ReceptiveError>();
  readonly #held = new Map<string, () => void>();
  readonly #holds = new Set<string>();

  readonly on = (type: string, listener: (event: object) => void): (() => void) => {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener));
    return () => listeners.delete(listener);
  };

  /** An event of the worker. */
  fire(event: { type: string }): void {
    for (const listener of this.#listeners.get(event.type) ?? []) listener(event);
  }

  readonly restart = (): void => {
    this.restarts++;
    this.at = 0;
  };

  /** Requests of this type are refused from now on; by null they are answered again. */
  refuse(type: RequestBody["type"], error: ReceptiveError | null): void {
    if (error) this.#refused.set(type, error);
    else this.#refused.delete(type);
  }

  /** The next request of this type waits. @returns what answers it. */
  hold(type: RequestBody["type"]): () => void {
    this.#holds.add(type);
    return () => this.#held.get(type)?.();
  }

  readonly request = async (body: RequestBody): Promise<object> => {
    this.asked.push(body);
    if (this.#holds.delete(body.type)) await new Promise<void>((resolve) => this.#held.set(body.type, resolve));
    const error = this.#refused.get(body.type);
    if (error) throw new ReceptiveFailure(error);
    return this.#answer(body);
  };

  /** Training has come to this step. */
  train(step: number, changes: Partial<Metrics> = {}): void {
    this.at = step;
    this.fire({ type: "metrics", run: this.run, metrics: { ...metricsAt(step), ...changes } } as { type: string });
  }

  /** These images are there. */
  images(train: number, test: number): void {
    this.fire({ type: "data", split: "train", images: train, total: 60_000 } as { type: string });
    this.fire({ type: "data", split: "test", images: test, total: 10_000 } as { type: string });
  }

  #answer(body: RequestBody): object {
    const { run, at: step } = this;
    switch (body.type) {
      case "presets":
        return { presets: PRESETS };
      case "compile": {
        this.run = body.run;
        const { bytes } = body as { bytes?: Uint8Array };
        this.at = bytes ? new DataView(bytes.buffer).getUint32(0) : 0;
        const restored = {
          step: this.at,
          epochs_done: 0,
          note: null,
          not_finite: [],
          kept: [],
          fresh: [],
          taken_off: [],
          other_data: false,
        };
        return {
          run: body.run,
          description: described(body.spec),
          backend: { requested: body.backend, backend: "cpu", race: null, reason: null },
          workers: 1,
          ...(bytes && { restored: { ...restored, note: new TextDecoder().decode(bytes.subarray(4)) } }),
        };
      }
      case "checkpoint": {
        const note = new TextEncoder().encode(body.note);
        const bytes = new Uint8Array(4 + note.length);
        new DataView(bytes.buffer).setUint32(0, step);
        bytes.set(note, 4);
        return { run, step, bytes };
      }
      case "load_files":
      case "turn_letters":
        return { train: 40, test: 8, facts: this.facts };
      case "pause":
        return { run, step };
      case "step":
        this.at = step + 1;
        return { run, metrics: metricsAt(this.at) };
      case "reset":
        this.at = 0;
        return { run, seed: body.seed };
      case "set":
        return { run, momentum: 0.9, weight_decay: 0, learning_rate: body.learning_rate };
      default:
        return {};
    }
  }
}

const specs = {
  request: async (type: string, body: { spec?: typeof BLANK; short?: unknown; loaded?: DataFacts | null }) => {
    if (type === "lengthen") return body.short;
    if (type === "shorten") return body.spec;
    const spec = body.spec ?? BLANK;
    const { loaded } = body;
    const fits = loaded ? String(spec.input) === String([1, loaded.height, loaded.width]) : typeof spec.data !== "object";
    const other = { kind: "other_data", message: "", what: "size", input: spec.input, found: [1, 28, 28], data: "mnist" };
    return spec.layers.length > 0
      ? { network: { ...described(spec), training_refused: fits ? null : other }, error: null }
      : { network: null, error: { kind: "empty_network", message: "" } };
  },
} as unknown as SpecClient;

/** Lets everything happen that waits for nothing else. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
};

export interface FakePage {
  page: Page;
  engine: FakeEngine;
  environment: TestEnvironment;
  /** Types of the requests since it was asked last, with what tells two apart; those that only look are left out. */
  types: () => string[];
  /** Time passes. */
  pass: (milliseconds: number) => Promise<void>;
}

const LOOKING = ["predict", "sample", "look", "weights", "field", "predictions", "load_data", "presets"];

/** A page as it is opened, and all that comes by itself: an engine, a network, images. */
export async function openPage(environment = new TestEnvironment()): Promise<FakePage> {
  const engine = new FakeEngine();
  const page = new Page({ engine: engine as unknown as Engine, specs, environment, features, state: atFirst("cpu") });
  const began = page.the(session);
  page.start();
  new AddressBar(page, (address) => page.the(startup).follow(address));
  await began.boot();
  engine.images(60_000, 10_000);
  await settle();
  const types = (): string[] =>
    engine.asked
      .splice(0)
      .filter(({ type }) => !LOOKING.includes(type))
      .map((one) => (one.type === "compile" ? `compile ${one.spec.name}` : one.type === "start" ? `start ${one.epochs}` : one.type));
  const pass = async (milliseconds: number): Promise<void> => {
    await settle();
    environment.pass(milliseconds);
    await settle();
  };
  return { page, engine, environment, types, pass };
}
