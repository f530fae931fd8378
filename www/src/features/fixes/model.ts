import type { Spec } from "../../engine/protocol.ts";
import type { FixText } from "./fix.ts";

declare module "../../page/intent.ts" {
  interface Intents {
    /** A fix of an error of that kind; what it breaks behind itself in the same way is mended with it. */
    mend: { spec: Spec; code: FixText["code"]; kind: string };
  }
}
