// The part of WebAssembly that is used here: it is the same in Node and browsers, but only lib.dom declares it.
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  function validate(bytes: Uint8Array): boolean;
  function compile(bytes: Uint8Array | ArrayBuffer): Promise<Module>;
  class Instance {
    constructor(module: Module, imports?: Record<string, Record<string, unknown>>);
    readonly exports: Record<string, unknown>;
  }
  class Global {
    constructor(descriptor: { value: string });
    readonly value: number;
  }
}
