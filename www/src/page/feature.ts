/**
 * A feature: one folder of `src/features`, found by itself (tools/features.mjs) through its `feature.ts`, whose default export is made by
 * {@link defineFeature}. That file is in the page's first script: what is heavy comes with `load`. ARCHITECTURE.md has the page "A new feature".
 */
import type { TemplateResult } from "lit";
import type { Locale } from "../i18n/locale.ts";
import type { TextSource } from "../i18n/panels.ts";
import type { Language } from "../lib/language.ts";
import type { AppState, FeatureState } from "../model/state.ts";
import type { Intent, Intents } from "./intent.ts";
import type { Page } from "./page.ts";

/** A short text that is there from the start. */
export type Label = { readonly [L in Language]: string };

/** What a feature draws with. */
export interface Context {
  readonly state: AppState;
  readonly locale: Locale;
  readonly intend: (intent: Intent) => void;
  /** The parts that features have at a place. */
  readonly parts: (place: Place) => readonly TemplateResult[];
}

type Render = (context: Context) => TemplateResult;

/** What an intent asks for is done by the one feature that has its name here. */
export type Actions = { readonly [T in keyof Intents]?: (intent: Intents[T]) => unknown };

/** A view of the stage. */
export interface Tab {
  /** The view's name in the state and in the address, where it is not the feature's. */
  readonly view?: string;
  /** Tabs stand by it, the smallest first. */
  readonly order: number;
  readonly label: Label;
  /** On a phone: with the curves, or with what looks inside. */
  readonly pane: "train" | "look";
  /** Whether it shows results of training: then it says whose they are, and is dimmed while they are of the network before. */
  readonly results: (state: AppState) => boolean;
  readonly render: Render;
  /** Its first heading is its own; otherwise it gets one that only screen readers see. */
  readonly headed?: boolean;
}

/** A modal dialog; the intent `open_dialog` with the feature's name opens it. */
export interface Dialog {
  readonly render: Render;
  /** The element that `render` makes: a `DialogElement`. */
  readonly element: string;
  /** `#NAME` and `?view=NAME` open it. */
  readonly addressed?: boolean;
}

/** Where the shell has room for parts of features. */
export type Place = "notices" | "top" | "tools" | "outline-head" | "outline" | "stage" | "curves" | "dock";

export interface Part {
  readonly place: Place;
  readonly order: number;
  /** Whether it is there; from the start where it is left out. Its elements come when it is. */
  readonly wanted?: (state: AppState) => boolean;
  readonly render: Render;
}

/** A face of the inspector's column; the intent `show_column` with the feature's name shows it. Where it stands in a sheet, `prefix` tells the ids of its fields from those of the column. */
export interface Column {
  /** What its tab's id ends with, where it is not the feature's name. */
  readonly key?: string;
  readonly order: number;
  readonly label: Label;
  readonly render: (context: Context, prefix: "" | "sheet-") => TemplateResult;
}

/** Fields of the address that are the feature's. */
export interface LinkParameters {
  readonly names: readonly string[];
  /** The slices for an address; each as at first where the address has nothing of it, or nonsense. */
  read(fields: URLSearchParams): Partial<AppState>;
  /** What is not as at first. */
  write(state: AppState): Readonly<Record<string, string>>;
}

export interface Feature {
  /** That of its folder. */
  readonly name: string;
  /** Its slices of the state, as at first. `declare module "../../state.ts" { interface FeatureState { ... } }` gives them a type. */
  readonly slices?: Partial<FeatureState>;
  /** Made once a page. `declare module "../../intent.ts" { interface Intents { ... } }` gives the intents a type. */
  readonly actions?: (page: Page) => Actions;
  /** What it does on the whole page while that is shown, as listening for files that are dropped. @returns what ends it. */
  readonly mount?: (page: Page, root: HTMLElement) => () => void;
  readonly tab?: Tab;
  readonly dialog?: Dialog;
  readonly parts?: readonly Part[];
  readonly column?: Column;
  /** By the character that is typed. One without a key of its own in two features does not start. */
  readonly shortcuts?: { readonly [character: string]: Intent };
  readonly parameters?: LinkParameters;
  /**
   * Its elements, in a part of the page's script of their own: `() => import("./elements.ts")`, whose default export defines them. Without it they are in the
   * part that all share, where the folder has a file `common.ts` with such a default export.
   */
  readonly load?: () => Promise<{ default: () => void }>;
  /** With `load`: its texts, which are there before its elements. Without: `en.ts` and `ru.ts` of the folder come with those that all share. */
  readonly texts?: TextSource;
}

/** Checks nothing but types: what stands in a feature is data. */
export const defineFeature = (feature: Feature): Feature => feature;
