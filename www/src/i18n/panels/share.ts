import type { Shareable } from "../../state.ts";

export interface ShareTexts {
  menu: string;
  copyLink: string;
  copyEmbed: string;
  copyJson: string;
  saveJson: string;
  saveRun: string;
  saveRunLater: string;
  open: string;
  openHint: string;
  copied: { [S in Shareable]: string };
  byHand: { [S in Shareable]: string };
  byHandHint: string;
  text: string;
  drop: string;
  dropHint: string;
}
