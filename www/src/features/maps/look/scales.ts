/** What the strongest colour stands for: of each map by itself, of the layer, of the whole network. */
export const SCALES = ["local", "layer", "global"] as const;
export type ScaleChoice = (typeof SCALES)[number];
