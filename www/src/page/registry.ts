/** What all features of a page have, put together. Pure. */

import type { AppState, FeatureState, View } from "../model/state.ts";
import { FIRST_VIEW } from "../model/state.ts";
import type { Column, Dialog, Feature, Part, Place, Tab } from "./feature.ts";
import type { Intent } from "./intent.ts";

type Features = readonly Feature[];
type Named<T> = T & { readonly name: string };

/** What features have of one kind, each with its feature's name, in the order in which it stands. */
function placed<T extends { readonly order: number }>(features: Features, read: (feature: Feature) => readonly T[]): readonly Named<T>[] {
  const all = features.flatMap((feature) => read(feature).map((one) => ({ ...one, name: feature.name })));
  return all.sort((one, other) => one.order - other.order);
}

export const tabsOf = (features: Features): readonly (Named<Tab> & { readonly view: View })[] =>
  placed(features, ({ tab }) => (tab ? [tab] : [])).map((tab) => ({ ...tab, view: tab.view ?? tab.name }));
export const columnsOf = (features: Features): readonly (Named<Column> & { readonly key: string })[] =>
  placed(features, ({ column }) => (column ? [column] : [])).map((column) => ({ ...column, key: column.key ?? column.name }));
export const partsOf = (features: Features, place: Place): readonly Named<Part>[] =>
  placed(features, ({ parts }) => parts?.filter((part) => part.place === place) ?? []);
export const dialogsOf = (features: Features): readonly Named<Dialog>[] =>
  features.flatMap(({ name, dialog }) => (dialog ? [{ ...dialog, name }] : []));

/** The features' slices of the state, as at first. */
export function slicesOf(features: Features): FeatureState {
  return Object.assign({}, ...features.map(({ slices }) => slices)) as FeatureState;
}

export function shortcutsOf(features: Features): ReadonlyMap<string, Intent> {
  return new Map(features.flatMap(({ shortcuts }) => Object.entries(shortcuts ?? {})));
}

/** The view that an address names; the first one where it names none that there is. */
export function viewNamed(features: Features, name: string | null): View {
  return tabsOf(features).find(({ view }) => view === name)?.view ?? FIRST_VIEW;
}

export const parameterNames = (features: Features): string[] => features.flatMap(({ parameters }) => parameters?.names ?? []);

/** The slices for an address. */
export function readParameters(features: Features, fields: URLSearchParams): Partial<AppState> {
  return Object.assign({}, ...features.map(({ parameters }) => parameters?.read(fields))) as Partial<AppState>;
}

export function writeParameters(features: Features, state: AppState): Record<string, string> {
  return Object.assign({}, ...features.map(({ parameters }) => parameters?.write(state))) as Record<string, string>;
}
