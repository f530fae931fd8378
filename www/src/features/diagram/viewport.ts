/** What part of a drawing is seen, and how large: a point of the drawing is at `x + scale * its place`. */
export interface Viewport {
  x: number;
  y: number;
  scale: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Rect extends Size {
  x: number;
  y: number;
}

const LEAST = 0.02;
const MOST = 4;
const MARGIN = 16;
/** Below it texts cannot be read: a drawing that is larger is shown from its beginning. */
const READABLE = 0.6;

const within = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

/** Larger or smaller; the point of the field under (x, y) stays there. */
export function zoomed(view: Viewport, factor: number, x: number, y: number): Viewport {
  const scale = within(view.scale * factor, LEAST, MOST);
  const part = scale / view.scale;
  return { x: x - (x - view.x) * part, y: y - (y - view.y) * part, scale };
}

/** All of it, in the middle. */
export function fitting(drawing: Rect, field: Size): Viewport {
  const scale = within(
    Math.min((field.width - 2 * MARGIN) / drawing.width, (field.height - 2 * MARGIN) / drawing.height, 1.25),
    LEAST,
    MOST,
  );
  return {
    x: (field.width - drawing.width * scale) / 2 - drawing.x * scale,
    y: (field.height - drawing.height * scale) / 2 - drawing.y * scale,
    scale,
  };
}

/** All of it where it can be read then, else its beginning. `spine` is where the image stands. */
export function opening(drawing: Rect, field: Size, spine: number): Viewport {
  const all = fitting(drawing, field);
  if (all.scale >= READABLE) return all;
  const scale = within((field.width - 2 * MARGIN) / drawing.width, READABLE, 1);
  const wide = drawing.width * scale > field.width;
  const x = wide ? field.width / 2 - spine * scale : (field.width - drawing.width * scale) / 2 - drawing.x * scale;
  return { x, y: MARGIN - drawing.y * scale, scale };
}

/** Moved as little as is needed to see a part of the drawing. */
export function showing(view: Viewport, part: Rect, field: Size): Viewport {
  const along = (at: number, from: number, length: number, room: number): number => {
    const [begin, end] = [at + from * view.scale, at + (from + length) * view.scale];
    if (end - begin > room - 2 * MARGIN) return at + MARGIN - begin;
    if (begin < MARGIN) return at + MARGIN - begin;
    return end > room - MARGIN ? at + room - MARGIN - end : at;
  };
  return { ...view, x: along(view.x, part.x, part.width, field.width), y: along(view.y, part.y, part.height, field.height) };
}

/** A part of the drawing stays in the field. */
export function held(view: Viewport, drawing: Rect, field: Size): Viewport {
  const along = (at: number, from: number, length: number, room: number): number => {
    const most = room - MARGIN * 3 - from * view.scale;
    const least = MARGIN * 3 - (from + length) * view.scale;
    return within(at, Math.min(least, most), Math.max(least, most));
  };
  return { ...view, x: along(view.x, drawing.x, drawing.width, field.width), y: along(view.y, drawing.y, drawing.height, field.height) };
}
