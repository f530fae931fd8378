/** What is to be said of a network that came from another program. */
export interface ImportReport {
  /** Of the network: what is said is of it, and of no other. */
  readonly title: string;
  /** Where images are normalized: in the file as here, in the file in another way, or nowhere in it. */
  readonly normalizing: "same" | "other" | "outside";
  /** It ends in softmax, and what trains here has one of its own. */
  readonly endsInSoftmax: boolean;
  /** It has weights, and cannot be trained on the images here. */
  readonly withoutWeights: boolean;
}
