/** What the operators' texts in src/ops say of them; tools/operators.mjs reads them when the page is bundled. */
declare module "receptive:operators" {
  const operators: { [op: string]: { family: string; short: { en: string; ru: string } } };
  export default operators;
}

/** The fields of operators and containers; tools/fields.mjs reads them from docs/schema/network-1.json when the page is bundled. */
declare module "receptive:fields" {
  import type { Field } from "./spec/fields.ts";

  const fields: { readonly [name: string]: { readonly [field: string]: Field } };
  export default fields;
}

/** The features of the page; tools/features.mjs finds them when the page is bundled. */
declare module "receptive:features" {
  import type { Feature } from "./page/feature.ts";

  const features: readonly Feature[];
  export default features;
}

/** The instruments of the lab. */
declare module "receptive:instruments" {
  import type { Instrument } from "./features/lab/define-instrument.ts";

  const instruments: readonly Instrument[];
  export default instruments;
}

/** What defines the elements of features that come in one part: at first, and later. */
declare module "receptive:first" {
  const define: readonly (() => void)[];
  export default define;
}
declare module "receptive:common" {
  const define: readonly (() => void)[];
  export default define;
}

/** Their texts, by the folder's name in camel case. */
declare module "receptive:first-texts/en" {
  import type { TextsOf } from "./i18n/panels.ts";

  const texts: { readonly [name: string]: TextsOf };
  export default texts;
}
declare module "receptive:first-texts/ru" {
  import type { TextsOf } from "./i18n/panels.ts";

  const texts: { readonly [name: string]: TextsOf };
  export default texts;
}
declare module "receptive:texts/en" {
  import type { TextsOf } from "./i18n/panels.ts";

  const texts: { readonly [name: string]: TextsOf };
  export default texts;
}
declare module "receptive:texts/ru" {
  import type { TextsOf } from "./i18n/panels.ts";

  const texts: { readonly [name: string]: TextsOf };
  export default texts;
}

/** The experiments that are shipped: the texts of www/experiments, by name. */
declare module "receptive:files/experiments" {
  const files: { readonly [name: string]: string };
  export default files;
}
