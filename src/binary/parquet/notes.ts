// What a writer has noted of its columns beside Parquet's schema: Arrow's own, which pyarrow, polars and others put into the footer.
import type { FileMetaData } from "hyparquet";
import { fromBase64 } from "../../columns/bytes.js";
import { FIXED_SHAPE } from "../../columns/lists.js";
import { schemaIn } from "../arrow/messages.js";
import type { ArrowField } from "../arrow/schema.js";
import type { Note } from "./field.js";

/** What is noted of the column of this name, at this place. */
export type Notes = (name: string, place: number) => Note | undefined;

/** None where they cannot be read, as Parquet's schema is the one that counts. Two columns may have one name: the place tells them apart. */
export function notesOf({ key_value_metadata: pairs }: FileMetaData): Notes {
  const said = pairs?.find(({ key }) => key === "ARROW:schema")?.value;
  const bytes = said === undefined ? undefined : fromBase64(said);
  if (!bytes) return () => undefined;
  try {
    const { fields } = schemaIn(bytes);
    const notes = fields.map(noteOf);
    const places = new Map(fields.map(({ name }, i) => [name, i]));
    return (name, place) => notes[fields[place]?.name === name ? place : (places.get(name) ?? fields.length)];
  } catch {
    return () => undefined;
  }
}

function noteOf(field: ArrowField): Note {
  const { type, children, metadata } = field;
  const inner = () => new Map(children.map((child) => [child.name, noteOf(child)]));
  if (type.kind === "struct") return { fields: inner() };
  if (type.kind === "map") {
    const [key, value] = (children[0]?.children ?? []).map(noteOf);
    return { ...(key && { keys: key }), ...(value && { items: value }) };
  }
  if ((type.kind === "list" || type.kind === "fixed list") && children[0]) {
    const items = noteOf(children[0]);
    return { ...items, items, ...shapeIn(metadata) };
  }
  if (type.kind === "fixed" && metadata.get("ARROW:extension:name") === "arrow.uuid") return { uuid: true };
  if (type.kind === "timestamp") return { timezone: type.timezone };
  return type.kind === "duration" ? { duration: type.unit } : {};
}

function shapeIn(metadata: ArrowField["metadata"]): Pick<Note, "shape"> {
  if (metadata.get("ARROW:extension:name") !== FIXED_SHAPE) return {};
  const { shape } = JSON.parse(metadata.get("ARROW:extension:metadata") ?? "{}") as { shape?: unknown };
  return Array.isArray(shape) && shape.every((length) => Number.isSafeInteger(length) && length >= 0) ? { shape } : {};
}
