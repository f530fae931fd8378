/** What the operators' texts in src/ops say of them; tools/operators.mjs reads them when the page is bundled. */
declare module "receptive:operators" {
  const operators: { [op: string]: { family: string; short: { en: string; ru: string } } };
  export default operators;
}

/** The fields of operators and containers; tools/fields.mjs reads them from docs/schema/network-1.json when the page is bundled. */
declare module "receptive:fields" {
  import type { Field } from "./lib/fields.ts";

  const fields: { readonly [name: string]: { readonly [field: string]: Field } };
  export default fields;
}
