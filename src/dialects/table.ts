// Of a dialect's table, what the rest of the code reads: its forms by their whole names, each with all that holds for it.
import type { Dialect, DialectTable, Form, FormTable } from "./dialect.js";

/** What a table says of its forms; all else is the dialect's. */
const OF_FORMS: Readonly<Record<keyof FormTable, true>> = {
  key: true,
  layouts: true,
  readsOnly: true,
  needsColumns: true,
  needsIndex: true,
  refusesScalar: true,
  refusesString: true,
  refusesEmpty: true,
  refusesNull: true,
  oneKind: true,
  oneDtype: true,
  equalRows: true,
  equalKeys: true,
  renamesColumns: true,
  maxRank: true,
  delimiter: true,
  headless: true,
  lists: true,
  content: true,
  unnamed: true,
  refusesDatatypes: true,
  paramsWithin: true,
  messagesWithin: true,
  readAs: true,
  answers: true,
  fits: true,
  reading: true,
};

/** The dialect, as its servers are asked. */
export function requestsOf({ response: _, ...table }: DialectTable): Dialect {
  return read(table);
}

/** The dialect, as its servers answer; undefined where that is not known. Limits and verdicts are of requests alone. */
export function answersOf({ response, name, title = name, about = name }: DialectTable): Dialect | undefined {
  return response && read({ about, ...response, name, title });
}

function read({ forms, ...table }: Omit<DialectTable, "response">): Dialect {
  const { name } = table;
  const shared = fieldsOf(table, true) as Partial<FormTable>;
  const named: [id: string, form: Partial<FormTable>][] = forms
    ? Object.entries(forms).map(([form, own]) => [`${name}:${form}`, own])
    : [[name, {}]];
  return {
    title: name,
    about: name,
    siblings: [],
    params: undefined,
    ...fieldsOf(table, false),
    name,
    forms: named.map(([id, own]): Form => ({ layouts: [], key: undefined, ...shared, ...own, id, dialect: name })),
  };
}

/** Of a table what concerns its forms, or all else. */
export function fieldsOf(table: object, ofForms: boolean): object {
  return Object.fromEntries(Object.entries(table).filter(([field]) => Object.hasOwn(OF_FORMS, field) === ofForms));
}
