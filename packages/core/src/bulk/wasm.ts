import { WASM_BASE64 } from './wasm-module.ts'

/** Names of assembly/index.ts's variables: of texts, each with a sibling `…Length`, and of numbers. */
type TextName = 'afterKey' | 'beforeKey' | 'lead' | 'origin' | 'query' | 'rest'
type NumberName =
  | 'column'
  | 'dropsSlash'
  | 'followsDot'
  | 'inputEnd'
  | 'isEncoded'
  | 'isLast'
  | 'maxKeyBytes'
  | 'output'
  | 'outputEnd'
  | 'position'
  | 'recordsRead'
  | 'refusesDot'
  | 'refusesDotDot'
  | 'refusesDots'
  | 'separator'
  | 'text'
  | 'textLength'
  | 'textStyle'

type Variables = Readonly<Record<TextName | `${TextName}Length` | NumberName, WebAssembly.Global<'i32'>>>

interface Functions {
  readonly memory: WebAssembly.Memory
  allocate(bytes: number): number
  prepare(mostKeyBytes: number): void
  setKeyTime(states: number, words: number, digestAt: number, blocks: number): void
  /** SHA-1 of four messages: the beginning of a state of five words of four lanes, and one block of sixteen. */
  initialize(state: number): void
  compress(state: number, block: number): void
  /** One batch's three steps; and all of them, as long as there is input and room for output. */
  readBatch(): number
  signBatch(): void
  writeBatch(): number
  run(): number
}

/** An instance of the module. */
export interface Wasm {
  readonly call: Functions
  get(name: NumberName): number
  set(name: NumberName, value: number | boolean): void
  /** Sets a text, in the place of the one before if it fits there. */
  setText(name: TextName, text: string): void
  /** Memory, as long as nothing is allocated. */
  bytes(at: number, length: number): Uint8Array
  /** Allocates words and fills them. */
  setWords(at: number, words: ArrayLike<number>): void
}

let compiled: Promise<WebAssembly.Module> | undefined

/** A new instance of the module, which is compiled once; `undefined` where the runtime has no WebAssembly or no SIMD, or forbids it. */
export async function instantiate(): Promise<Wasm | undefined> {
  try {
    compiled ??= WebAssembly.compile(Uint8Array.from(atob(WASM_BASE64), (char) => char.charCodeAt(0)))
    const { exports } = new WebAssembly.Instance(await compiled)
    return toWasm(exports as unknown as Functions & Variables)
  } catch {
    return undefined
  }
}

function toWasm(exports: Functions & Variables): Wasm {
  const encoder = new TextEncoder()
  const room = new Map<TextName, number>()
  const bytes = (at: number, length: number): Uint8Array => new Uint8Array(exports.memory.buffer, at, length)
  return {
    call: exports,
    get: (name) => exports[name].value,
    set(name, value) {
      exports[name].value = Number(value)
    },
    setText(name, text) {
      const encoded = encoder.encode(text)
      if (encoded.length > (room.get(name) ?? -1)) {
        exports[name].value = exports.allocate(encoded.length)
        room.set(name, encoded.length)
      }
      bytes(exports[name].value, encoded.length).set(encoded)
      exports[`${name}Length`].value = encoded.length
    },
    bytes,
    setWords(at, words) {
      new Int32Array(exports.memory.buffer, at, words.length).set(words)
    },
  }
}
