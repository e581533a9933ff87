import type { Sender } from '@quorate/actor';
import { Election } from '../../src/election/election.ts';
import {
  type Configuration,
  defaultRaftSettings,
  type ElectionMessage,
  type Logger,
  logIndex,
  type RoleObserver,
  raftParts,
  silentPorts,
  term,
} from '../../src/index.ts';
import { votersOf } from './entries.ts';
import { FakeContext, senderOf } from './fake-context.ts';

/** What a reply has, unless it is the usual one. */
export interface ReplyFields {
  readonly from?: Sender;
  readonly granted?: boolean;
  readonly incarnation?: number;
}

/** The log that the campaigns of the fixture start from. */
export const campaignLog = { lastLogIndex: logIndex(4), lastLogTerm: term(2) };

/** The election of n1 by itself, in a group of five. Chance is such that an election timeout takes `timeoutMs`. */
export class ElectionFixture {
  readonly context = new FakeContext<ElectionMessage>('n1', 'election');
  readonly configuration: Configuration = votersOf('n1', 'n2', 'n3', 'n4', 'n5');
  readonly timeoutMs = (defaultRaftSettings.electionTimeoutMinMs + defaultRaftSettings.electionTimeoutMaxMs) / 2;
  readonly actor: Election;

  constructor(logger: Logger = silentPorts.logger, roles: RoleObserver = silentPorts.roles) {
    const identity = senderOf('n1');
    const { tracer, stages, memberTracer, streams } = silentPorts;
    const leader = { identity, settings: defaultRaftSettings, tracer, stages, memberTracer, streams, logger };
    const options = { identity, settings: defaultRaftSettings, logger, roles, leader };
    this.actor = new Election(this.context, options, raftParts);
  }

  receive(message: ElectionMessage, from: Sender = senderOf('n1')): void {
    this.actor.receive(message, from);
  }

  elapse(forMs: number): void {
    this.context.elapse(this.actor, forMs);
  }

  /** Silence: the log store is asked for the newest attempt. */
  timeOut(): number {
    this.elapse(this.timeoutMs);
    return Number(this.context.takeOne('prepareCampaign').attempt);
  }

  /** Silence, and the answer of the log store: pre-votes are asked for. */
  preVote(inTerm: number): number {
    const attempt = this.timeOut();
    this.prepared(inTerm, attempt);
    return attempt;
  }

  /** The log store's answer to an attempt. */
  prepared(inTerm: number, attempt: number): void {
    const { configuration } = this;
    this.receive({
      kind: 'campaignPrepared',
      mayCampaign: true,
      attempt,
      term: term(inTerm),
      ...campaignLog,
      configuration,
    });
  }

  /** The pre-votes are granted by two others. */
  winPreVote(inTerm: number): number {
    const attempt = this.preVote(inTerm);
    for (const node of ['n2', 'n3']) this.reply('requestPreVoteReply', node, inTerm, attempt);
    return attempt;
  }

  /** The log store has raised the term from `fromTerm`: votes are asked for. */
  campaign(fromTerm: number): number {
    const attempt = this.winPreVote(fromTerm);
    this.campaigned(attempt, fromTerm + 1);
    return attempt;
  }

  campaigned(attempt: number, inTerm: number): void {
    const { configuration } = this;
    this.receive({ kind: 'campaigned', attempt, term: term(inTerm), ...campaignLog, configuration });
  }

  /** Wins the term after `fromTerm`. */
  win(fromTerm: number): void {
    const attempt = this.campaign(fromTerm);
    for (const node of ['n2', 'n3']) this.reply('requestVoteReply', node, fromTerm + 1, attempt);
    this.context.take();
  }

  reply(
    kind: 'requestPreVoteReply' | 'requestVoteReply',
    node: string,
    inTerm: number,
    sequence: number,
    fields: ReplyFields = {},
  ): void {
    const { from = senderOf(node), granted = true, incarnation = 1 } = fields;
    const reply = { term: term(inTerm), incarnation, sequence, voteGranted: granted };
    if (kind === 'requestPreVoteReply') this.receive({ kind, ...reply }, from);
    else this.receive({ kind, ...reply, clockMs: 0, wallMs: this.context.wallNow() }, from);
  }

  get leads(): boolean {
    return this.context.spawned.has('leader');
  }

  /** Role, term and leader, as it tells them. */
  describe(): unknown {
    this.context.take();
    this.receive({ kind: 'describe', request: 1 });
    return this.context.takeOne('described').part;
  }
}
