import { clusterName, groupId, nodeId } from '@quorate/actor';
import { CorruptRecord, configurationOf, logIndex, term, UnknownFormatVersion } from '@quorate/raft';
import { describe, expect, test } from 'vitest';
import { SnapshotEncoder, type SnapshotHeader, SnapshotParser } from '../src/snapshot/index.ts';

const header: SnapshotHeader = {
  clusterName: clusterName('main'),
  clusterId: 'c1',
  group: groupId('config'),
  index: logIndex(7),
  term: term(2),
  timestampUs: 1_700_000_000_000_000,
  logTimeMs: 60_000,
  revision: 5,
  stateHash: 9,
  configuration: configurationOf([{ id: nodeId('n1'), storageId: 'disk' }]),
};

const rows = [1, 2, 3].map((at) => ({ key: Buffer.from(`/${at}`), record: Buffer.alloc(20, at) }));

function encoded(): { readonly bytes: Buffer; readonly id: string } {
  const encoder = new SnapshotEncoder(header);
  const pieces = [encoder.begin(), encoder.block(rows.slice(0, 2)), encoder.block(rows.slice(2))];
  const { id, piece } = encoder.end();
  return { id, bytes: Buffer.concat([...pieces, piece]) };
}

function parse(bytes: Buffer, step = bytes.length): SnapshotParser {
  const parser = new SnapshotParser('a file');
  for (let at = 0; at < bytes.length; at += step) parser.push(bytes.subarray(at, at + step));
  parser.end();
  return parser;
}

describe('a snapshot file', () => {
  const { bytes, id } = encoded();

  test.each([1, 7, 64, 100_000])('is read however it is cut: %i bytes at a time', (step) => {
    const parser = parse(bytes, step);
    expect(parser.header).toEqual(header);
    expect(parser.rowCount).toBe(3);
    expect(parser.end()).toBe(id);
    expect(parser.checksum?.slice(0, 16)).toBe(id.split('-')[2]);
  });

  test('with any byte altered, in any of its bits, is refused', () => {
    for (let at = 0; at < bytes.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const altered = Buffer.from(bytes);
        altered.writeUInt8(altered.readUInt8(at) ^ (1 << bit), at);
        const kind = at >= 8 && at < 12 ? UnknownFormatVersion : CorruptRecord;
        expect(() => parse(altered), `byte ${at}, bit ${bit}`).toThrow(kind);
      }
    }
  });

  test('with a block missing, twice, or in another place, is refused', () => {
    const blocks: Buffer[] = [];
    for (let at = 12; at < bytes.length; ) {
      const end = at + 9 + bytes.readUInt32BE(at + 1);
      blocks.push(bytes.subarray(at, end));
      at = end;
    }
    const [head, first, second, end] = blocks;
    expect(blocks).toHaveLength(4);
    for (const others of [
      [head, first, end],
      [head, first, first, second, end],
      [head, second, first, end],
      [first, head, second, end],
      [head, head, first, second, end],
      [first, second, end],
      [head, end],
      [end],
    ]) {
      const pieces = [bytes.subarray(0, 12), ...others.flatMap((block) => (block === undefined ? [] : [block]))];
      expect(() => parse(Buffer.concat(pieces))).toThrow(CorruptRecord);
    }
    const other = new SnapshotEncoder({ ...header, revision: 6 }).begin();
    const swapped = Buffer.concat([other, bytes.subarray(12 + (head?.length ?? 0))]);
    expect(() => parse(swapped)).toThrow('its hash does not match');
  });

  test('that is cut off anywhere, or goes on, is refused', () => {
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => parse(bytes.subarray(0, length), 1_000), `${length} bytes`).toThrow(CorruptRecord);
    }
    expect(() => parse(Buffer.concat([bytes, Buffer.alloc(1)]))).toThrow('something follows its end');
    expect(() => parse(Buffer.concat([bytes, bytes]))).toThrow('something follows its end');
  });
});
