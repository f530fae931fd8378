import type { Formats } from "../../lib/format.ts";
import type { Panels } from "../panels.ts";
import { diagram } from "./ru/diagram.ts";
import { errors } from "./ru/errors.ts";
import { fixes } from "./ru/fixes.ts";
import { help } from "./ru/help.ts";
import { inspector } from "./ru/inspector.ts";
import { maps } from "./ru/maps.ts";
import { runs } from "./ru/runs.ts";
import { share } from "./ru/share.ts";
import { trueSize } from "./ru/trueSize.ts";

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
