import type { PropertyDeclarations, PropertyValues, SVGTemplateResult, TemplateResult } from "lit";
import { html, nothing, svg } from "lit";
import { guard } from "lit/directives/guard.js";
import { createModuleWorker } from "../../engine/create-worker.ts";
import type { ReceptiveError } from "../../engine/errors.ts";
import { ReceptiveFailure } from "../../engine/errors.ts";
import type { NetworkDescription, Spec } from "../../engine/protocol.ts";
import { RequestClient } from "../../engine/request-client.ts";
import { errorText } from "../../i18n/locale.ts";
import { characterOf, onKey } from "../../lib/keys.ts";
import { openEnd } from "../../model/problem.ts";
import type { Selection } from "../../spec/document.ts";
import { kernelText } from "../../spec/kernel-text.ts";
import type { EditAction } from "../../spec/outline-actions.ts";
import { edit } from "../../spec/outline-actions.ts";
import { valueAt } from "../../spec/spec-path.ts";
import { adoptStyle } from "../../ui/adopted-style.ts";
import * as icons from "../../ui/icons.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import type { Chunk } from "./chunks.ts";
import { chunksOf } from "./chunks.ts";
import { DiagramCamera } from "./diagram-camera.ts";
import type { Pen } from "./diagram-drawing.ts";
import { drawBox, drawCallout, drawEdge, drawMark, frameTitle } from "./diagram-drawing.ts";
import { diagramFile } from "./diagram-file.ts";
import { pathOf, whatToDo } from "./diagram-menu.ts";
import { endShapes, summaryOf } from "./diagram-summary.ts";
import type { Graph } from "./graph.ts";
import { graphOf } from "./graph.ts";
import type { LayoutReplies, LayoutRequests } from "./layout-protocol.ts";
import type { Box, CellBox, Scene } from "./scene.ts";
import { calloutPart, sceneOf, sizesOf } from "./scene.ts";
import { DRAWING_STYLE, LIVE_STYLE } from "./style.ts";
import type { Folding } from "./tree.ts";
import { foldable, NOTHING_FOLDED, openedFor } from "./tree.ts";
import type { Direction } from "./walk.ts";
import { walked } from "./walk.ts";

const adoptDrawingStyle = adoptStyle(`${DRAWING_STYLE}${LIVE_STYLE}`);

const ZOOM = 1.25;
const PAN = 60;
const DIRECTIONS: { [key: string]: Direction } = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

/** What is drawn: the last version of the network that could be read. */
interface Source {
  network: NetworkDescription;
  spec: Spec;
  title: string;
  /** What is said where the drawing shows it. */
  problem: ReceptiveError | null;
  /** Repeats that can be unfolded. */
  rounds: readonly string[];
}

/** The network as a drawing that can be folded, walked through and saved. */
export class NetworkDiagramElement extends PanelElement {
  static override properties: PropertyDeclarations = {
    ...PanelElement.properties,
    folding: { state: true },
    scene: { state: true },
    chunks: { state: true },
    drawn: { state: true },
    current: { state: true },
    failure: { state: true },
  };

  declare private folding: Folding;
  declare private scene: Scene | null;
  declare private chunks: readonly Chunk[];
  /** So many of the chunks are in the page. */
  declare private drawn: number;
  /** The box that Tab leads to. */
  declare private current: string | null;
  declare private failure: ReceptiveError | null;

  readonly #layouts = new RequestClient<LayoutRequests, LayoutReplies>(() =>
    createModuleWorker(new URL("./layout-worker.js", import.meta.url), "layout"),
  );
  /** The selection that was drawn last. */
  #selected: Selection | null | undefined = undefined;
  /** The selection that what hid it was unfolded for: after that it can be folded again. */
  #unfoldedFor: Selection | null = null;
  #camera: DiagramCamera | null = null;
  #source: Source | null = null;
  #graph: Graph | null = null;
  /** The specification that the boxes drawn have their paths in: after an edit, until the new drawing is there, an older one. */
  #drawnSpec: Spec | null = null;
  /** Who waits for the drawing of the network as it is. */
  #awaiting: (() => void)[] = [];
  /** Counts layouts, so that only the last one asked for counts. */
  #layout = 0;
  #opened: string | null = null;
  /** The problem that was shown last. */
  #told: string | null = null;
  #frame = 0;

  constructor() {
    super();
    this.folding = NOTHING_FOLDED;
    this.scene = this.current = this.failure = null;
    this.chunks = [];
    this.drawn = 0;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    adoptDrawingStyle();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#camera?.disconnect();
    this.#camera = null;
    cancelAnimationFrame(this.#frame);
    this.#layouts.stop();
    this.#awaiting = [];
  }

  protected override willUpdate(changes: PropertyValues): void {
    const { document } = this.state;
    const { network, error } = document?.examination ?? { network: null, error: null };
    const fresh = document?.examined && network !== null && network !== this.#source?.network;
    if (fresh) {
      const refused = network.training_refused?.kind === "classes_mismatch" ? (network.training_refused as ReceptiveError) : null;
      this.#source = {
        network,
        spec: document.present.spec,
        title: document.present.title,
        problem: (error as ReceptiveError | null) ?? refused,
        rounds: foldable(network).rounds,
      };
    }
    const { selection } = this.state;
    if (selection && selection !== this.#unfoldedFor && this.#source && document?.present.spec === this.#source.spec) {
      this.#unfoldedFor = selection;
      this.folding = openedFor(this.#source.network, this.folding, selection);
    }
    // The drawing of how it was is of this network or of none.
    const gone =
      document?.examined &&
      network === null &&
      (document.present.spec.layers.length === 0 || document.present.title !== this.#source?.title);
    if (gone) {
      this.#source = this.#graph = this.scene = this.#opened = null;
      this.#layout += 1;
    }
    if (this.#source && (fresh || changes.has("folding") || changes.has("locale") || !this.#graph)) void this.#lay(this.#source);
  }

  async #lay({ network, spec, title, problem }: Source): Promise<void> {
    const own = ++this.#layout;
    const { locale } = this;
    const text = locale.panels.diagram;
    const writing = {
      shape: (shape: readonly number[]) => locale.format.shape(shape),
      frameTitle: (container: Parameters<typeof frameTitle>[0]) => frameTitle(container, text),
    };
    const open = openEnd(this.state) !== null;
    const misfit = problem !== null && !open && !network.nodes.some(({ error }) => error !== null);
    const graph = (this.#graph = graphOf(network, spec.input, this.folding, misfit));
    try {
      const places = await this.#layouts.request("layout", { level: sizesOf(graph.level, writing) });
      if (own !== this.#layout || !this.isConnected) return;
      this.failure = null;
      this.#drawnSpec = spec;
      this.scene = sceneOf(graph.level, places, writing, problem && !open ? errorText(locale, problem) : null);
      this.chunks = chunksOf(this.scene);
      this.drawn = Math.min(1, this.chunks.length);
      await this.updateComplete;
      const { left: x, width, height } = this.scene;
      this.#camera?.open({ x, y: 0, width, height }, 0, this.#opened !== title);
      this.#opened = title;
      // What does not fit is looked at when it comes up, and not again with every letter that is typed.
      const told = problem && `${problem.kind} ${String("node" in problem ? problem.node : "")}`;
      if (told !== this.#told && this.scene.callout) this.#camera?.show(calloutPart(this.scene.callout));
      this.#told = told;
    } catch (thrown) {
      if (own !== this.#layout || !(thrown instanceof ReceptiveFailure)) return;
      if (thrown.error.kind !== "worker_stopped") this.failure = thrown.error;
    }
  }

  protected override updated(): void {
    const field = this.querySelector<SVGSVGElement>("svg.drawing");
    const world = this.querySelector<SVGGElement>("svg.drawing > g");
    if (!field) {
      this.#camera?.disconnect();
      this.#camera = null;
    }
    if (!this.#camera && field && world) this.#camera = new DiagramCamera(field, world);
    if (this.drawn < this.chunks.length && !this.#frame) {
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.drawn += 1;
      });
    }
    if (this.#isOfToday() || this.#cannotRead()) for (const go of this.#awaiting.splice(0)) go();
    const { selection } = this.state;
    const other = this.#selected !== undefined && this.#selected !== selection;
    this.#selected = selection;
    if (other) {
      const box = this.#selectedBox();
      if (box) this.#camera?.show(box);
    }
  }

  protected override render(): TemplateResult {
    const text = this.locale.panels.diagram;
    const stale = this.state.document?.examination?.network === null;
    if (!this.#source || !this.scene) {
      const waiting = this.state.document?.examination?.error ? nothing : text.waiting;
      return html`${this.#problem()}<p class="muted">${this.failure ? errorText(this.locale, this.failure) : waiting}</p>`;
    }
    const { network, title } = this.#source;
    const selected = this.#selectedBox();
    const pen: Pen = {
      locale: this.locale,
      text,
      kernel: this.#kernel,
      selected: selected?.id ?? null,
      current: this.current ?? selected?.id ?? this.scene.boxes.find(({ kind }) => kind === "cell")?.id ?? null,
    };
    return html`
      ${this.#tools()}
      ${this.#problem()}
      <figure @keydown=${onKey(this.#key)} @focusin=${this.#focused}>
        <svg class="drawing ${stale ? "stale" : ""}" role="group" aria-label=${text.label(title)} aria-describedby="diagram-summary diagram-keys"
          @click=${this.#click} @contextmenu=${this.#contextMenu}>
          <g>
            ${this.chunks.slice(0, this.drawn).map((chunk) => this.#chunk(chunk, pen))}
            ${this.scene.callout && this.drawn === this.chunks.length ? drawCallout(this.scene.callout) : nothing}
            ${selected ? drawMark(selected) : nothing}
          </g>
        </svg>
        <figcaption class="second">
          <p><strong>${title}</strong> · ${text.layers(network.nodes.length)} · ${endShapes(this.scene, this.locale).join(" → ")}</p>
          <p>${this.locale.text.network.totals(network.totals.params, network.totals.macs)}</p>
          <p class="touch-hint">${text.touchHint}</p>
        </figcaption>
      </figure>
      <p class="visually-hidden" id="diagram-summary">${summaryOf(this.scene, network, this.locale)}</p>
      <p class="visually-hidden" id="diagram-keys">${text.keys}</p>
      <choice-popup></choice-popup>
    `;
  }

  #chunk(chunk: Chunk, pen: Pen): SVGTemplateResult {
    if ("edges" in chunk) return svg`<g>${guard([chunk], () => chunk.edges.map(drawEdge))}</g>`;
    const own = (id: string | null): string | null => (chunk.boxes.some((box) => box.id === id) ? id : null);
    return svg`<g>${guard([chunk, this.locale, own(pen.current), own(pen.selected)], () => chunk.boxes.map((box) => drawBox(box, pen)))}</g>`;
  }

  #tools(): TemplateResult {
    const text = this.locale.panels.diagram;
    const rounds = this.#source?.rounds ?? [];
    const all = rounds.every((name) => this.folding.unfolded.has(name)) && this.folding.folded.size === 0;
    return html`<div class="diagram-tools" role="group" aria-label=${text.tools}>
      <button type="button" class="icon-button" aria-label=${text.smaller} title=${text.smaller} @click=${() => this.#camera?.zoom(1 / ZOOM)}>${icons.minus}</button>
      <button type="button" class="icon-button" aria-label=${text.larger} title=${text.larger} @click=${() => this.#camera?.zoom(ZOOM)}>${icons.plus}</button>
      <button type="button" class="toggle" @click=${() => this.#camera?.fit()}>${text.fit}</button>
      ${rounds.length > 0 ? html`<button type="button" class="toggle" @click=${() => (this.folding = all ? NOTHING_FOLDED : { folded: new Set(), unfolded: new Set(rounds) })}>${all ? text.foldAll : text.unfoldAll}</button>` : nothing}
      <button type="button" class="icon-button" aria-haspopup="menu" aria-label=${text.actions} title=${text.actions} ?disabled=${!this.#selectedBox()} @click=${(event: Event) => void this.#menu(event.currentTarget as Element)}>${icons.more}</button>
      <button type="button" class="toggle save" ?disabled=${this.drawn < this.chunks.length} @click=${this.#save}>${text.save}</button>
    </div>`;
  }

  /** What is wrong, and what would put it right. */
  #problem(): TemplateResult {
    const text = this.locale.panels.diagram;
    const examination = this.state.document?.examination;
    const error =
      (examination?.error as ReceptiveError | null | undefined) ?? (examination?.network ? (this.#source?.problem ?? null) : null);
    return html`<div class="diagram-problem" role="status">
      <div ?hidden=${!error} class=${openEnd(this.state) ? "open-end" : ""}>${openEnd(this.state) ? icons.info : icons.warning}
        <div>
          <error-fixes .error=${error} .locale=${this.locale} .state=${this.state}></error-fixes>
          ${examination?.network === null && this.#source ? html`<p class="muted">${text.cannotRead}</p>` : nothing}
        </div>
      </div>
    </div>`;
  }

  readonly #kernel = ({ cell }: CellBox): string => {
    const text = this.#source ? kernelText(valueAt(this.#source.spec, cell.node.path)) : "";
    return text && ` ${text}`;
  };

  #selectedBox(): Box | null {
    const { selection } = this.state;
    if (!selection || !this.scene) return null;
    const { boxes } = this.scene;
    const place = selection.node === null ? undefined : this.#graph?.boxes.get(selection.node);
    const id = place && (place.node ?? place.id);
    return (
      boxes.find((box) => box.id === id) ??
      boxes.find((box) => "container" in box && box.container.path === selection.path) ??
      boxes.find((box) => box.kind === "cell" && box.cell.node.path === selection.path) ??
      null
    );
  }

  /** Whether the boxes drawn are those of the network as it is now: only then their paths lead to what they show. */
  #isOfToday(): boolean {
    const { document } = this.state;
    return document?.examined === true && this.#drawnSpec === document.present.spec;
  }

  #cannotRead(): boolean {
    const { document } = this.state;
    return document?.examined === true && document.examination?.network == null;
  }

  /**
   * A box as it is in the network of today. After an edit that comes with the next drawing.
   *
   * @returns null where it is gone, or where the network of today cannot be read
   */
  async #ofToday({ id }: Box): Promise<Box | null> {
    if (!this.#isOfToday() && !this.#cannotRead()) await new Promise<void>((resolve) => this.#awaiting.push(resolve));
    return (this.#isOfToday() && this.scene?.boxes.find((box) => box.id === id)) || null;
  }

  async #select(drawn: Box): Promise<void> {
    this.current = drawn.id;
    const box = await this.#ofToday(drawn);
    const path = box && pathOf(box);
    if (box && path !== null) this.intend({ type: "select", selection: { path, node: box.kind === "cell" ? box.cell.node.name : null } });
  }

  #toggle(key: string): void {
    const container = this.scene?.boxes.flatMap((box) => ("container" in box && box.container.key === key ? box.container : []))[0];
    if (!container) return;
    const [folded, unfolded] = [new Set(this.folding.folded), new Set(this.folding.unfolded)];
    const set = container.rounds > 1 ? unfolded : folded;
    if (!set.delete(key)) set.add(key);
    this.folding = { folded, unfolded };
  }

  /** What can be done with what is selected, or with another box. */
  async #menu(asked: Element, drawn: Box | null = this.#selectedBox()): Promise<void> {
    const box = drawn && (await this.#ofToday(drawn));
    const { document } = this.state;
    const path = box && pathOf(box);
    if (!box || !path || !document) return;
    const anchor = asked.isConnected ? asked : (this.#element(box) ?? this);
    const { spec } = document.present;
    const action = (await this.querySelector("choice-popup")?.ask(anchor, whatToDo(this.locale, spec, box, path))) ?? null;
    const edited = action === null ? null : edit(action as EditAction, spec, path);
    if (!edited) return (anchor as HTMLElement | SVGElement).focus();
    this.intend({ type: "edit_network", spec: edited.spec });
    this.intend({ type: "select", selection: { path: edited.path, node: null } });
  }

  readonly #contextMenu = (event: MouseEvent): void => {
    const box = this.#boxOf(event.target as Element);
    if (!box || box.kind === "input" || box.kind === "output") return;
    event.preventDefault();
    void this.#menu(event.target as Element, box);
  };

  readonly #click = (event: MouseEvent): void => {
    if (this.#camera?.dragged && event.detail > 0) return;
    const target = event.target as Element;
    const key = target.closest<SVGElement>("[data-toggle]")?.dataset.toggle;
    if (key !== undefined) return this.#toggle(key);
    const box = this.#boxOf(target);
    if (box) void this.#select(box);
  };

  #boxOf(target: Element): Box | undefined {
    const id = target.closest<SVGElement>("[data-box]")?.dataset.box;
    return this.scene?.boxes.find((box) => box.id === id);
  }

  readonly #focused = (event: FocusEvent): void => {
    const box = this.#boxOf(event.target as Element);
    if (box) this.current = box.id;
  };

  readonly #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!this.#pressed(event)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** @returns whether the key means something here. */
  #pressed(event: KeyboardEvent): boolean {
    const { shiftKey, target } = event;
    const key = characterOf(event);
    const direction = DIRECTIONS[key];
    const box = this.#boxOf(target as Element);
    if (direction && shiftKey) {
      const [x, y] = { up: [0, PAN], down: [0, -PAN], left: [PAN, 0], right: [-PAN, 0] }[direction] as [number, number];
      this.#camera?.pan(x, y);
    } else if (direction && box && this.scene) {
      const next = walked(this.scene, box, direction);
      if (next && next.kind !== "input" && next.kind !== "output") void this.#focusOn(next);
    } else if (key === "+" || key === "=") this.#camera?.zoom(ZOOM);
    else if (key === "-") this.#camera?.zoom(1 / ZOOM);
    else if (key === "0") this.#camera?.fit();
    else if (key === "Enter" || key === " ") {
      const toggled =
        (target as Element).closest<SVGElement>("[data-toggle]")?.dataset.toggle ??
        (key === " " && box && "container" in box ? box.container.key : undefined);
      if (toggled !== undefined) this.#toggle(toggled);
      else if (box) void this.#select(box);
    } else if (box && (key === "ContextMenu" || (key === "F10" && shiftKey))) void this.#menu(target as Element, box);
    else return false;
    return true;
  }

  async #focusOn(box: Box): Promise<void> {
    this.current = box.id;
    await this.updateComplete;
    this.#element(box)?.focus({ preventScroll: true });
    this.#camera?.show(box);
  }

  #element({ id }: Box): SVGElement | null {
    return this.querySelector<SVGElement>(`[data-box="${CSS.escape(id)}"]`);
  }

  readonly #save = (): void => {
    const world = this.querySelector<SVGGElement>("svg.drawing > g");
    if (!world || !this.scene || !this.#source) return;
    const { left: x, width, height } = this.scene;
    const text = this.locale.panels.diagram;
    const { network, spec, title } = this.#source;
    const svg = diagramFile(world, { x, y: 0, width, height }, text.label(title), summaryOf(this.scene, network, this.locale));
    this.intend({ type: "save_drawing", name: (spec.name ?? "network").toLowerCase(), svg });
  };
}
