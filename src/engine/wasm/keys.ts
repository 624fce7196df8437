import { decode, encode } from "../../columns/bytes.js";
import { type CoreFields, Word } from "./fields.js";
import type { CoreMemory } from "./memory.js";
import type { CoreShelf } from "./shelf.js";

/** A spelling of a key, and one that no field has (core/keys.ts). */
const SPELLING = 16;
const STRANGER = 8;

/** The keys of records: a name for each field, and every spelling of it that has been met. */
export class CoreKeys {
  readonly names: string[];
  readonly #memory: CoreMemory;
  readonly #shelf: CoreShelf;
  readonly #fields: CoreFields;
  /** Spellings so far. */
  #spellings = 0;
  /** Names that have one. */
  #spelled = 0;
  /** Places in the table of spellings. */
  #slots = 0;

  constructor(memory: CoreMemory, shelf: CoreShelf, fields: CoreFields, names: string[]) {
    this.#memory = memory;
    this.#shelf = shelf;
    this.#fields = fields;
    this.names = names;
  }

  /** Lays out the keys of new fields, as JSON most often spells them. */
  lay(): void {
    const from = this.#spellings;
    for (let i = this.#spelled; i < this.names.length; i++) this.#spell(JSON.stringify(this.names[i]), i);
    this.#spelled = this.names.length;
    this.#learn(from);
    // so many without a field are reported at once, twice as many as there are fields: a long record is read again but a few times
    const most = Math.max(64, 2 * this.#spellings);
    this.#memory.core.setStrangers(this.#memory.area("keys without a field", STRANGER * most), most);
  }

  /**
   * The keys of a record that no field has: other spellings of names, or new ones. `admit` is asked before a name is added, with the key's
   * address, and throws where it may not be.
   */
  add(rows: number, admit: (name: string, at: number) => void): void {
    const memory = this.#memory;
    const list = memory.area("keys without a field", STRANGER);
    const count = memory.core.strangerCount.value;
    for (let k = 0; k < count; k++) {
      const at = memory.view.getUint32(list + STRANGER * k, true);
      this.#addKey(at, memory.view.getUint32(list + STRANGER * k + 4, true), rows, admit);
    }
  }

  #addKey(at: number, length: number, rows: number, admit: (name: string, at: number) => void): void {
    const memory = this.#memory;
    const { names } = this;
    // the record may have it twice
    if (memory.core.fieldOfKey(at, length) >= 0) return;
    const raw = decode(memory.bytes.subarray(at, at + length));
    const name = JSON.parse(raw) as string;
    const plain = JSON.stringify(name);
    const from = this.#spellings;
    const known = raw === plain ? -1 : this.#fieldOf(plain);
    if (known < 0) {
      admit(name, at);
      names.push(name);
      this.#fields.reserve(names.length, rows);
      this.#spell(plain, names.length - 1);
      this.#spelled = names.length;
    }
    if (raw !== plain) this.#spell(raw, known < 0 ? names.length - 1 : known);
    this.#learn(from);
  }

  /** The key of a field is expected to be spelled so from now on. */
  #spell(key: string, field: number): void {
    const memory = this.#memory;
    const { at, length } = this.#shelf.put(`${key}:`);
    const kept = SPELLING * this.#spellings;
    const spelling = memory.area("spellings of keys", kept + SPELLING, kept) + kept;
    const { view } = memory;
    view.setUint32(spelling, at, true);
    view.setUint32(spelling + 4, length - 1, true);
    view.setUint32(spelling + 8, field, true);
    this.#fields.set(field, Word.Key, at);
    this.#fields.set(field, Word.KeyLength, length);
    this.#spellings++;
  }

  /** The table takes the spellings from this one on, or all of them where it grows. */
  #learn(from: number): void {
    const memory = this.#memory;
    const grows = 2 * this.#spellings >= this.#slots;
    if (grows) this.#slots = 2 ** Math.ceil(Math.log2(4 * this.#spellings + 64));
    const slots = memory.area("table of keys", 4 * this.#slots);
    const spellings = memory.area("spellings of keys", SPELLING);
    if (grows) memory.bytes.fill(0, slots, slots + 4 * this.#slots);
    memory.core.setKeys(spellings, slots, this.#slots);
    memory.core.learnKeys(grows ? 0 : from, this.#spellings);
  }

  /** The field whose key is spelled so, or -1. */
  #fieldOf(key: string): number {
    const bytes = encode(key);
    const at = this.#memory.area("a key", bytes.length);
    this.#memory.bytes.set(bytes, at);
    return this.#memory.core.fieldOfKey(at, bytes.length);
  }
}
