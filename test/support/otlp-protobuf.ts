import type { ExportedSpan } from './otlp-receiver.ts';

/** A field of a message: a number for varints and fixed64, bytes for all that has a length. */
type Field = number | Uint8Array;

/** The spans in an ExportTraceServiceRequest, as opentelemetry-proto v1 has it: by the numbers of its fields, for it takes no more to read a few of them. */
export const spansInProtobuf = (request: Uint8Array): readonly ExportedSpan[] =>
  messages(request, 1)
    .flatMap((resourceSpans) => messages(resourceSpans, 2))
    .flatMap((scopeSpans) => messages(scopeSpans, 2))
    .map(spanOf);

function spanOf(span: Uint8Array): ExportedSpan {
  return {
    name: text(span, 5),
    kind: number(span, 6),
    traceId: hex(span, 1),
    spanId: hex(span, 2),
    parentSpanId: hex(span, 4),
    beginMs: number(span, 7) / 1e6,
    endMs: number(span, 8) / 1e6,
    attributes: attributesOf(span, 9),
    links: messages(span, 13).map((link) => ({ traceId: hex(link, 1), spanId: hex(link, 2) })),
    events: messages(span, 11).map((event) => text(event, 2)),
    error: messages(span, 15).map((status) => (number(status, 3) === 2 ? text(status, 2) : null))[0] ?? null,
  };
}

function attributesOf(message: Uint8Array, field: number): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    messages(message, field).map((pair) => {
      const [value = new Uint8Array()] = messages(pair, 2);
      return [text(pair, 1), anyOf(value)];
    }),
  );
}

/** AnyValue: a string, a truth, an integer or a double; nothing else is among the attributes. */
function anyOf(value: Uint8Array): unknown {
  for (const { field, content, wire } of fields(value)) {
    if (field === 1 && content instanceof Uint8Array) return Buffer.from(content).toString();
    if (field === 2) return content === 1;
    if (field === 3 && typeof content === 'number') return content;
    if (field === 4 && wire !== null) return wire.getFloat64(0, true);
  }
  return undefined;
}

const messages = (message: Uint8Array, wanted: number): readonly Uint8Array[] =>
  fields(message).flatMap(({ field, content }) => (field === wanted && content instanceof Uint8Array ? [content] : []));

const number = (message: Uint8Array, wanted: number): number => {
  const found = fields(message).find(({ field }) => field === wanted)?.content;
  return typeof found === 'number' ? found : 0;
};

const text = (message: Uint8Array, wanted: number): string =>
  Buffer.from(messages(message, wanted)[0] ?? []).toString();

const hex = (message: Uint8Array, wanted: number): string =>
  Buffer.from(messages(message, wanted)[0] ?? []).toString('hex');

interface Read {
  readonly field: number;
  readonly content: Field;
  /** The eight bytes of a fixed64. */
  readonly wire: DataView | null;
}

/** The fields of a message, in the order in which they stand. @throws {Error} if it is none */
function fields(message: Uint8Array): readonly Read[] {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const found: Read[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = view.getUint8(at);
      at += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const field = Math.floor(key / 8);
    switch (key % 8) {
      case 0:
        found.push({ field, content: varint(), wire: null });
        break;
      case 1: {
        const wire = new DataView(message.buffer, message.byteOffset + at, 8);
        found.push({ field, content: Number(wire.getBigUint64(0, true)), wire });
        at += 8;
        break;
      }
      case 2: {
        const length = varint();
        found.push({ field, content: message.subarray(at, at + length), wire: null });
        at += length;
        break;
      }
      case 5:
        found.push({ field, content: view.getUint32(at, true), wire: null });
        at += 4;
        break;
      default:
        throw new Error(`no protobuf: wire type ${key % 8}`);
    }
  }
  return found;
}
