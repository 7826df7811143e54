/**
 * Reads a model in the format of TensorFlow Lite: a FlatBuffer of tensors and of the operations between them. Only what
 * networks for pictures need. The file is ours; one that it cannot read throws.
 */

/** Numbers with a shape: rows, columns, channels. Constants have their values. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array | null;
}

export type OperationName =
  | "add"
  | "convolution"
  | "depthwise"
  | "dequantize"
  | "logistic"
  | "multiply"
  | "relu"
  | "resize"
  | "mean"
  | "hard-swish"
  | "spread";

export interface Operation {
  readonly name: OperationName;
  /** Places in the list of tensors. */
  readonly inputs: readonly number[];
  readonly output: number;
  /** Of convolutions: how far apart squares are, and whether the picture is framed with zeros. */
  readonly stride: number;
  readonly framed: boolean;
}

export interface Model {
  readonly tensors: readonly Tensor[];
  readonly operations: readonly Operation[];
  readonly input: number;
  readonly output: number;
}

/** BuiltinOperator in TensorFlow Lite's schema. */
const names: Readonly<Record<number, OperationName>> = {
  0: "add",
  3: "convolution",
  4: "depthwise",
  6: "dequantize",
  14: "logistic",
  18: "multiply",
  19: "relu",
  23: "resize",
  40: "mean",
  117: "hard-swish",
};
/** MediaPipe's own operation, which TensorFlow Lite calls custom. */
const custom = "Convolution2DTransposeBias";

/** Places of fields in the tables of the schema. */
const fields = {
  model: { codes: 1, graphs: 2, buffers: 4 },
  code: { old: 0, custom: 1, builtin: 3 },
  graph: { tensors: 0, inputs: 1, outputs: 2, operators: 3 },
  tensor: { shape: 0, type: 1, buffer: 2 },
  buffer: { data: 0 },
  operator: { code: 0, inputs: 1, outputs: 2, options: 4 },
  options: { padding: 0, strideAcross: 1 },
} as const;
const types = { float: 0, half: 1, integer: 2 } as const;

export function readModel(file: ArrayBuffer): Model {
  const buffer = new Buffers(file);
  const root = buffer.root();
  const codes = buffer.tables(root, fields.model.codes).map((code) => nameOf(buffer, code));
  const [graph] = buffer.tables(root, fields.model.graphs);
  if (graph === undefined) throw new Error("the model has no graph");
  const stores = buffer.tables(root, fields.model.buffers);
  const tensors = buffer.tables(graph, fields.graph.tensors).map((table) => {
    const shape = buffer.integers(table, fields.tensor.shape);
    const store = stores[buffer.integer(table, fields.tensor.buffer)];
    const bytes = store === undefined ? null : buffer.bytes(store, fields.buffer.data);
    return { shape, values: bytes && valuesOf(bytes, buffer.byte(table, fields.tensor.type)) };
  });
  const operations = buffer.tables(graph, fields.graph.operators).map((table) => {
    const name = codes[buffer.integer(table, fields.operator.code)];
    if (!name) throw new Error("the model asks for an operation that is not there");
    const options = buffer.table(table, fields.operator.options);
    return {
      name,
      inputs: buffer.integers(table, fields.operator.inputs),
      output: buffer.integers(table, fields.operator.outputs)[0] ?? -1,
      stride: options === null ? 1 : buffer.integer(options, fields.options.strideAcross),
      framed: options !== null && buffer.byte(options, fields.options.padding) === 0,
    };
  });
  return {
    ...withConstants(tensors, operations),
    input: buffer.integers(graph, fields.graph.inputs)[0] ?? -1,
    output: buffer.integers(graph, fields.graph.outputs)[0] ?? -1,
  };
}

/** Constants in half precision become plain ones; the operations that did so are gone. */
function withConstants(tensors: Tensor[], operations: readonly Operation[]): Pick<Model, "tensors" | "operations"> {
  for (const { name, inputs, output } of operations) {
    const [from] = inputs;
    const target = tensors[output];
    const values = from === undefined ? undefined : tensors[from]?.values;
    if (name === "dequantize" && values && target) tensors[output] = { ...target, values };
  }
  return { tensors, operations: operations.filter(({ name }) => name !== "dequantize") };
}

function nameOf(buffer: Buffers, code: number): OperationName | undefined {
  if (buffer.text(code, fields.code.custom) === custom) return "spread";
  return names[Math.max(buffer.byte(code, fields.code.old), buffer.integer(code, fields.code.builtin))];
}

function valuesOf(bytes: DataView, type: number): Float32Array | Int32Array {
  switch (type) {
    case types.float:
      return Float32Array.from({ length: bytes.byteLength / 4 }, (_, at) => bytes.getFloat32(at * 4, true));
    case types.half:
      return Float32Array.from({ length: bytes.byteLength / 2 }, (_, at) => half(bytes.getUint16(at * 2, true)));
    case types.integer:
      return Int32Array.from({ length: bytes.byteLength / 4 }, (_, at) => bytes.getInt32(at * 4, true));
    default:
      throw new Error(`the model has numbers of type ${type}`);
  }
}

/** A number of 16 bits (IEEE 754 binary16). */
export function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Tables and vectors of a FlatBuffer. A table is the place where it begins; a field that is left out reads 0. */
class Buffers {
  readonly #view: DataView;

  constructor(file: ArrayBuffer) {
    this.#view = new DataView(file);
  }

  root(): number {
    return this.#view.getUint32(0, true);
  }

  byte(table: number, field: number): number {
    const at = this.#field(table, field);
    return at === 0 ? 0 : this.#view.getUint8(at);
  }

  integer(table: number, field: number): number {
    const at = this.#field(table, field);
    return at === 0 ? 0 : this.#view.getInt32(at, true);
  }

  table(table: number, field: number): number | null {
    const at = this.#field(table, field);
    return at === 0 ? null : this.#follow(at);
  }

  tables(table: number, field: number): number[] {
    return this.#vector(table, field, 4, (at) => this.#follow(at));
  }

  integers(table: number, field: number): number[] {
    return this.#vector(table, field, 4, (at) => this.#view.getInt32(at, true));
  }

  text(table: number, field: number): string {
    return String.fromCharCode(...this.#vector(table, field, 1, (at) => this.#view.getUint8(at)));
  }

  /** null when it is empty: a tensor without constants. */
  bytes(table: number, field: number): DataView | null {
    const at = this.#field(table, field);
    if (at === 0) return null;
    const start = this.#follow(at);
    const length = this.#view.getUint32(start, true);
    return length === 0 ? null : new DataView(this.#view.buffer, start + 4, length);
  }

  #vector<One>(table: number, field: number, size: number, read: (at: number) => One): One[] {
    const at = this.#field(table, field);
    if (at === 0) return [];
    const start = this.#follow(at);
    return Array.from({ length: this.#view.getUint32(start, true) }, (_, index) => read(start + 4 + index * size));
  }

  #follow(at: number): number {
    return at + this.#view.getUint32(at, true);
  }

  /** Where a field is, or 0. */
  #field(table: number, field: number): number {
    const places = table - this.#view.getInt32(table, true);
    const at = 4 + field * 2;
    if (at >= this.#view.getUint16(places, true)) return 0;
    const offset = this.#view.getUint16(places + at, true);
    return offset === 0 ? 0 : table + offset;
  }
}
