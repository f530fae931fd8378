import type { Formats } from "../../lib/format.ts";
import type { Panels } from "../panels.ts";
import { diagram } from "./en/diagram.ts";
import { errors } from "./en/errors.ts";
import { fixes } from "./en/fixes.ts";
import { help } from "./en/help.ts";
import { inspector } from "./en/inspector.ts";
import { maps } from "./en/maps.ts";
import { runs } from "./en/runs.ts";
import { share } from "./en/share.ts";
import { trueSize } from "./en/trueSize.ts";

export const panels = (f: Formats): Panels => ({
  diagram: diagram(f),
  errors: errors(f),
  fixes: fixes(f),
  help: help(),
  inspector: inspector(f),
  maps: maps(f),
  runs: runs(f),
  share: share(),
  trueSize: trueSize(f),
});
