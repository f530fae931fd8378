/** What the operators' texts in src/ops say of them; tools/operators.mjs reads them when the page is bundled. */
declare module "receptive:operators" {
  const operators: { [op: string]: { family: string; short: { en: string; ru: string } } };
  export default operators;
}
