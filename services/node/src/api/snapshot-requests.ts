import type { LmdbSnapshotFiles } from '@quorate/lmdb-storage';
import type { SnapshotRecord } from '@quorate/raft';
import {
  type ApiReply,
  type ApiRequest,
  encodeSnapshotStretch,
  encodeTakenSnapshot,
  SnapshotProblem,
  snapshotBody,
  snapshotReadBody,
} from '@quorate/wire';
import type { GatewayDesk } from './gateway-desk.ts';
import { gatewayErrorOf } from './gateway-error.ts';

/** What a reply takes beside the bytes of a stretch. */
const replyBytes = 1_024;

/** What requests about snapshots are answered with. */
export interface SnapshotRequestsOptions {
  readonly desk: GatewayDesk;
  readonly files: Pick<LmdbSnapshotFiles, 'lend' | 'readStretch'>;
  /** The largest message that NATS takes from this node now. */
  readonly maxPayloadBytes: () => number;
}

/** Answers what clients ask of a node's snapshots: that it has one of what is applied, and what is in it. */
export class SnapshotRequests {
  readonly #options: SnapshotRequestsOptions;

  constructor(options: SnapshotRequestsOptions) {
    this.#options = options;
  }

  /** Takes one, unless there is one. It then stays for a while, for whoever asked to read it. @throws {SnapshotProblem} if none could be taken */
  async take(request: ApiRequest): Promise<ApiReply> {
    const { isLinearizable } = snapshotBody(request.body);
    const { timeoutMs } = request;
    const { answer, leader } = await this.#options.desk.ask((number) => ({
      kind: 'takeSnapshot',
      request: number,
      isLinearizable,
      timeoutMs,
    }));
    if (answer.kind === 'error') throw gatewayErrorOf(answer, request);
    if (answer.kind !== 'snapshot') throw new Error(`the gateway answered with ${answer.kind}`);
    const { outcome } = answer;
    if (outcome.kind === 'failed') {
      throw new SnapshotProblem({ code: 'SnapshotFailed', message: `no snapshot was taken: ${outcome.reason}` });
    }
    return { kind: 'ok', body: await this.#describe(outcome.record, outcome.isNew), leader };
  }

  /** A stretch of a snapshot. @throws {SnapshotProblem} `SnapshotGone` */
  async read(request: ApiRequest): Promise<ApiReply> {
    const { id, offset, maxBytes } = snapshotReadBody(request.body);
    const payloadBytes = this.#options.maxPayloadBytes() - replyBytes;
    // In JSON it is base64.
    const limitBytes = request.format === 'json' ? Math.floor((payloadBytes / 4) * 3) : payloadBytes;
    const stretch = await this.#options.files.readStretch(id, offset, Math.min(maxBytes, limitBytes));
    if (stretch === null) throw gone(id);
    return { kind: 'ok', body: encodeSnapshotStretch(stretch), leader: null };
  }

  async #describe({ id, index, term, bytes }: SnapshotRecord, isNew: boolean): Promise<Uint8Array> {
    const header = await this.#options.files.lend(id);
    if (header === null) throw gone(id);
    return encodeTakenSnapshot({ id, index, term, revision: header.revision, bytes, isNew });
  }
}

const gone = (id: string): SnapshotProblem =>
  new SnapshotProblem({ code: 'SnapshotGone', message: `this node has no snapshot ${id}, or not so much of it` });
