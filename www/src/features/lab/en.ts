import type { LabTexts } from "./texts.ts";

export default (): LabTexts => ({
  intro: "Instruments ask the network that you have just trained why it does what it does. They leave it as it is.",
  back: "All instruments",
  loading: "Loading…",
  refused: "Not for this network:",
});
