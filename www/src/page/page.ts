/** One page: its state, what is around it, and its features. Features and services get it; it knows none of them by name. */
import type { ReceptiveError } from "../engine/errors.ts";
import { ReceptiveFailure } from "../engine/errors.ts";
import type { RequestClient } from "../engine/request-client.ts";
import type { SpecReplies, SpecRequests } from "../engine/spec-protocol.ts";
import type { TrainerClient } from "../engine/trainer-client.ts";
import type { AppState, Notice, NoticeCode, RunState } from "../model/state.ts";
import { withNotice, withoutNotices } from "../model/state.ts";
import { Store } from "../store/store.ts";
import type { Environment } from "./environment.ts";
import type { Actions, Feature } from "./feature.ts";
import type { Intent, Intents } from "./intent.ts";

export type SpecClient = Pick<RequestClient<SpecRequests, SpecReplies>, "request">;
/** What the page needs of the worker that trains. */
export type Engine = Pick<TrainerClient, "request" | "on" | "restart">;

/** What happens on a page beside the changes of its state. */
export type PageEvent =
  /** Another network is compiled, or none: what the one before has shown is void. */
  | "network_changed"
  /** The same network begins anew: what its weights have shown is void. */
  | "run_reset"
  /** All weights are other ones than before, or there are some at last. */
  | "weights_changed"
  /** A network is on its way to the engine; what waits to be sent is in it. */
  | "compiling"
  /** The engine did not take it. */
  | "compile_refused"
  /** Another version of the network is edited. */
  | "network_edited"
  /** The pad shows another image, or none. */
  | "pad_changed"
  /** Other images have taken the place of those that were there. */
  | "images_replaced";

export interface PageParts {
  readonly engine: Engine;
  readonly specs: SpecClient;
  readonly environment: Environment;
  readonly features: readonly Feature[];
  readonly state: AppState;
}

export class Page {
  readonly store: Store<AppState>;
  readonly engine: Engine;
  readonly specs: SpecClient;
  readonly environment: Environment;
  readonly features: readonly Feature[];
  readonly #services = new Map<unknown, unknown>();
  readonly #listeners = new Map<PageEvent, Set<() => void>>();
  readonly #actions = new Map<keyof Intents, (intent: never) => unknown>();

  /** @throws Error where two features have actions of one name, or one key. */
  constructor({ engine, specs, environment, features, state }: PageParts) {
    this.engine = engine;
    this.specs = specs;
    this.environment = environment;
    this.features = features;
    this.store = new Store(state);
    const keys = features.flatMap(({ shortcuts }) => Object.keys(shortcuts ?? {}));
    const twice = keys.find((key, at) => keys.indexOf(key) < at);
    if (twice !== undefined) throw new Error(`two features do "${twice}"`);
    this.add({ show_view: ({ view }) => this.set({ view }) });
  }

  /** Features hear of the page from now on. */
  start(): void {
    for (const { actions } of this.features) if (actions) this.add(actions(this));
  }

  add(actions: Actions): void {
    for (const [type, action] of Object.entries(actions) as [keyof Intents, (intent: never) => unknown][]) {
      if (this.#actions.has(type)) throw new Error(`two features do "${type}"`);
      this.#actions.set(type, action);
    }
  }

  /** The slices as they are now. */
  get state(): AppState {
    return this.store.state;
  }

  set(changes: Partial<AppState>): void {
    this.store.set(changes);
  }

  /** Does what is wanted. @returns what the action returns: a promise where it goes on. @throws Error for an intent that no feature has. */
  handle(intent: Intent): unknown {
    const action = this.#actions.get(intent.type);
    if (!action) throw new Error(`no feature does "${intent.type}"`);
    return action(intent as never);
  }

  on(event: PageEvent, listener: () => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  emit(event: PageEvent): void {
    for (const listener of this.#listeners.get(event) ?? []) listener();
  }

  /** A service of this page, made when it is first asked for: `page.the(compiler)`, where `compiler` makes one. */
  the<T>(make: (page: Page) => T): T {
    if (!this.#services.has(make)) this.#services.set(make, make(this));
    return this.#services.get(make) as T;
  }

  setRun(changes: Partial<RunState>): void {
    this.set({ run: { ...this.state.run, ...changes } });
  }

  notify(notice: Notice): void {
    this.set({ notices: withNotice(this.state.notices, notice) });
  }

  dismiss(...codes: NoticeCode[]): void {
    this.set({ notices: withoutNotices(this.state.notices, ...codes) });
  }

  /** The engine is gone: nothing goes on until it is restarted. */
  stop(error: ReceptiveError): void {
    const { engine, backend, run } = this.state;
    this.set({ engine: { ...engine, phase: "stopped" }, backend: { ...backend, switching: false } });
    if (run.phase !== "idle" || run.metrics) this.setRun({ phase: "failed" });
    this.notify({ code: "crashed", error });
  }

  /** Says why a request was refused for a reason of its own, unless the engine is gone, which has been said. */
  refuse(thrown: unknown): void {
    if (!(thrown instanceof ReceptiveFailure)) throw thrown;
    const { error } = thrown;
    if (error.kind === "worker_stopped" || error.kind === "panic" || this.state.engine.phase === "stopped") return;
    this.notify({ code: "refused", error });
  }

  /** What `work` gives; false, and said why, where it was refused. */
  async attempt<T>(work: () => Promise<T> | undefined): Promise<T | false> {
    try {
      return (await work()) ?? false;
    } catch (thrown) {
      this.refuse(thrown);
      return false;
    }
  }
}
