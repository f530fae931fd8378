/** What is said of a network that came from another program. */
export interface ImportsTexts {
  title: (network: string) => string;
  outside: string;
  other: string;
  softmax: string;
  withoutWeights: string;
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    imports: ImportsTexts;
  }
}
