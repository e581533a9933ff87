import { describe, expect, it } from 'vitest';
import { InvalidScenario, runScenario } from '../src/index.ts';

const run = (...lines: readonly string[]): string => runScenario('story.txt', lines.join('\n')).text;

/** The lines of the trace, without the author's. */
const traceOf = (...lines: readonly string[]): readonly string[] =>
  run(...lines)
    .split('\n')
    .filter((line) => line.startsWith('    '))
    .map((line) => line.trim());

describe('a scenario', () => {
  it('keeps what its author wrote, and puts under each command what came of it', () => {
    const text = run('# Prose.', 'cluster n1', '', 'status', '', '# More.');
    expect(text).toBe(
      [
        '# Prose.',
        'cluster n1',
        '',
        'status',
        '    n1  follower  term 0  log empty  commit 0  applied 0',
        '',
        '# More.',
      ].join('\n'),
    );
  });

  it('replaces an older trace, so that the text of a run is the text of its next run', () => {
    const once = run('cluster n1', 'timeout n1', '    n1 did something else', 'status');
    expect(once).not.toContain('something else');
    expect(run(...once.split('\n'))).toBe(once);
  });

  it.each([
    ['elect n1', 'there is no command elect'],
    ['toString', 'there is no command toString'],
    ['timeout', 'it should read: timeout NODE'],
    ['timeout n1 n2', 'it should read: timeout NODE'],
    ['timeout n9', 'there is no node n9'],
    ['members', 'it should read: members NODE'],
    ['members n1 n2', 'it should read: members NODE'],
    ['members n1 add n9', 'there is no node n9'],
    ['transfer n1 n1 n1', 'it should read: transfer NODE [TARGET]'],
    ['transfer n9', 'there is no node n9'],
    ['snapshot', 'it should read: snapshot NODE'],
    ['snapshot n9', 'there is no node n9'],
    ['wait 50', 'it should read: wait TIME'],
    ['deliver n1 => n2', 'it should read: deliver MESSAGES'],
    ['deliver n1 -> n2 soon', 'it should read: deliver MESSAGES'],
    ['deliver n1 -> n2', 'no such message waits'],
    ['flush n1', 'no flush of n1 is under way'],
    ['heal n1 -> n2', 'it is not cut'],
    ['release n1 -> n2', 'it is not held'],
    ['restart n1', 'n1 runs'],
    ['resume n1', 'n1 is not paused'],
    ['no-responders n1', 'n1 has sent no such probe'],
    ['no-responders n1 3', 'it should read: no-responders NODE [#NUMBER]'],
    ['disconnect', 'it should read: disconnect NODE'],
    ['lose n1 PrepareAppend', 'it should read: lose NODE.ACTOR KIND'],
    ['hide noise', 'a trace has no noise'],
    ['set patience 3', 'there is no setting patience'],
    ['log n1 1 2 until 3', 'it should read: log NODE'],
    ['log n1 2 1', 'the terms of a log do not fall'],
    ['log n1 1 3 in term 2', 'the current term is not below'],
  ])('refuses a command that makes no sense, and says where: %s', (command, why) => {
    const act = (): unknown => run('# Prose.', 'cluster n1 n2', command);
    expect(act).toThrow(InvalidScenario);
    expect(act).toThrow(`story.txt:3: "${command}": ${why}`);
  });

  it('begins with its cluster', () => {
    expect(() => run('timeout n1')).toThrow('story.txt:1');
    expect(() => run('cluster n1', 'cluster n1')).toThrow('story.txt:2');
    expect(() => run('cluster n1 n1')).toThrow('story.txt:1');
    expect(() => run('cluster n1 n?')).toThrow('story.txt:1');
  });

  it('has no logs to set once it runs', () => {
    expect(() => run('cluster n1', 'status', 'log n1 1')).toThrow('story.txt:3');
  });
});

describe('the author', () => {
  it('says which election timer fires first', () => {
    for (const first of ['n1', 'n2', 'n3']) {
      const trace = traceOf('cluster n1 n2 n3', `timeout ${first}`, 'deliver all', 'status');
      expect(trace.filter((line) => line.includes('election timeout'))).toEqual([
        `${first} election timeout, at 150 ms`,
      ]);
      expect(trace.find((line) => /^n\d {2}leader/.test(line))).toMatch(new RegExp(`^${first}`));
    }
  });

  it('may hide what does not matter', () => {
    expect(traceOf('cluster n1', 'hide all', 'timeout n1', 'show roles', 'wait 1ms')).toEqual([]);
    const roles = traceOf('cluster n1', 'hide all', 'show roles', 'timeout n1');
    expect(roles).toEqual([
      'n1 became pre-candidate term=0',
      'n1 became candidate term=1 lastLogIndex=0',
      'n1 became leader term=1',
    ]);
  });

  it('holds a wire: only naming both ends delivers what is on it', () => {
    const lines = ['cluster n1 n2 n3', 'hold n1 -> n3', 'timeout n1', 'deliver n1 -> *', 'deliver all'];
    expect(traceOf(...lines).join()).not.toContain('n3 receives');
    expect(traceOf(...lines, 'deliver n1 -> n3').join()).toContain('n3 receives RequestPreVote #1 from n1');
    expect(traceOf(...lines, 'release n1 -> n3', 'deliver all').join()).toContain(
      'n3 receives RequestPreVote #1 from n1',
    );
  });

  it('takes messages out of their order', () => {
    const trace = traceOf(
      'cluster n1 n2',
      'timeout n1',
      'timeout n1',
      'deliver n1 -> n2 RequestPreVote #2',
      'deliver n1 -> n2',
    );
    expect(trace.filter((line) => line.startsWith('n2 receives'))).toEqual([
      'n2 receives RequestPreVote #2 from n1',
      'n2 receives RequestPreVote #1 from n1',
    ]);
  });

  it('loses a message within a node', () => {
    const trace = traceOf('cluster n1 n2', 'lose n1.logStore CampaignPrepared', 'timeout n1', 'timeout n1');
    expect(trace.filter((line) => line.includes('loses'))).toEqual(['n1 loses CampaignPrepared of its logStore']);
    expect(trace.at(-1)).toBe('n1 -> n2  RequestPreVote #2 term=1 last=0:0');
  });

  it('doubles and drops messages, and cuts wires', () => {
    const begin = ['cluster n1 n2', 'timeout n1'];
    const arrivals = (...lines: readonly string[]): number =>
      traceOf(...begin, ...lines).filter((line) => line.startsWith('n2 receives')).length;
    expect(arrivals('deliver n1 -> n2')).toBe(1);
    expect(arrivals('double n1 -> n2', 'deliver n1 -> n2')).toBe(2);
    expect(arrivals('double n1 -> n2', 'deliver n1 -> n2 #1')).toBe(1);
    expect(arrivals('drop n1 -> n2', 'deliver all')).toBe(0);
    expect(arrivals('cut n1 <-> n2', 'timeout n1', 'drop n1 -> n2 #1', 'deliver all')).toBe(0);
  });

  it('lets a paused process be late, and not a dead one', () => {
    const begin = ['cluster n1 n2', 'hide all', 'show timers'];
    expect(traceOf(...begin, 'pause n1', 'wait 300ms', 'resume n1')).toEqual([
      'n2 election timeout, at 299 ms',
      'n1 election timeout, at 300 ms',
    ]);
    expect(() => run(...begin, 'timeout n2', 'pause n1', 'deliver n2 -> n1')).toThrow('n1 is paused');
    const down = traceOf('cluster n1 n2', 'crash n1', 'timeout n2', 'deliver all');
    expect(down.at(-1)).toBe('n1 is down: a message from n2 is lost');
  });

  it('decides what a power loss takes, and what a crash', () => {
    const begin = ['cluster n1', 'hold flush n1', 'hide all', 'timeout n1', 'flush n1'];
    const after = ['restart n1', 'status'];
    // The vote is flushed, the no-op is on its way.
    expect(traceOf(...begin, 'crash n1', ...after)).toEqual(['n1  follower  term 1  log 1  commit 0  applied 0']);
    expect(traceOf(...begin, 'power-loss n1', ...after)).toEqual([
      'n1  follower  term 1  log empty  commit 0  applied 0',
    ]);
  });

  it('writes and reads as a client', () => {
    const trace = traceOf(
      'cluster n1',
      'hide all',
      'show answers',
      'timeout n1',
      'put n1 /a 1',
      'get n1 /a',
      'get n1 /b',
    );
    expect(trace).toEqual([
      'n1 answers put /a 1: revision 1, entry 2',
      'n1 answers get /a: 1, revision 1',
      'n1 answers get /b: nothing',
    ]);
  });

  it('learns of an invariant that breaks, in the trace and beside it', () => {
    // One entry cannot follow two different ones: no election would have made these logs.
    const lines = ['cluster n1 n2', 'log n1 1 3', 'log n2 2 3', 'timeout n1', 'deliver all'];
    const { text, violation } = runScenario('story.txt', lines.join('\n'));
    expect(violation?.invariant).toBe('state machine safety');
    expect(text).toContain('!! broken: state machine safety');
  });
});
