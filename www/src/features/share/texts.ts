import type { ByHand, Shareable } from "../../model/state.ts";

export interface ShareTexts {
  menu: string;
  copyLink: string;
  copyEmbed: string;
  copyEmbedView: string;
  /** Opens the dialog. */
  choose: string;
  copyJson: string;
  saveJson: string;
  saveRun: string;
  saveRunLater: string;
  export: string;
  open: string;
  openHint: string;
  copied: { [S in Shareable]: string };
  byHand: { [W in ByHand["what"]]: string };
  byHandHint: { [L in ByHand["lacks"]]: string };
  openTab: string;
  text: string;
  drop: string;
  dropHint: string;
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    share: ShareTexts;
  }
}
