export interface SampleTexts {
  count: (count: number) => string;
}
