import type { History } from '../history.ts';
import type { TextMapOperation, TextMapOutcome } from '../models/text-map.ts';
import { PlaceLists } from './place-lists.ts';
import { BEGINNING, type Contradiction, contradiction, type SeenStates, type SharedState } from './seen-states.ts';

type TextMapHistory = History<TextMapOperation, TextMapOutcome>;

/** What a history of one text says of it. */
export function textMapStates(history: TextMapHistory): SeenStates | Contradiction {
  return new TextMapStates(history).collect();
}

/** Who wrote the last piece of a text's beginning, how long the text was before, and in how many ways this can have come about. */
interface Way {
  readonly writer: number;
  readonly from: number;
  readonly count: number;
}

/** A text that can have come about in only one way: who made it of which, and who read it. */
interface OneWayText {
  readonly after: number | null;
  readonly readers: number[];
  /** One who read this text, or what was made of it. */
  readonly seenBy: number;
}

class TextMapStates {
  readonly #history: TextMapHistory;
  readonly #puts = new PlaceLists<string>();
  readonly #appends = new PlaceLists<string>();
  readonly #readers = new PlaceLists<string>();
  /** Of all that was put or appended. */
  readonly #lengths = new Set<number>();
  readonly #states = new Map<number, OneWayText>();

  constructor(history: TextMapHistory) {
    this.#history = history;
    for (const [place, { operation, outcome }] of history.entries()) {
      if (outcome?.kind === 'value') this.#readers.add(outcome.value, place);
      // Nothing changes when nothing is appended.
      if (operation.kind === 'get' || (operation.kind === 'append' && operation.value === '')) continue;
      (operation.kind === 'put' ? this.#puts : this.#appends).add(operation.value, place);
      this.#lengths.add(operation.value.length);
    }
  }

  collect(): SeenStates | Contradiction {
    const shared: SharedState[] = [];
    for (const text of this.#readers.keys()) {
      const readers = this.#readers.of(text);
      const pieces = this.#piecesOf(text);
      if (pieces === null) return contradiction(readers);
      if (pieces === 'several') shared.push({ writers: this.#writersOf(text), readers });
      else {
        const other = this.#note(pieces, readers);
        if (other !== null) return contradiction([...other, ...readers]);
      }
    }
    const loose = [...this.#puts.all, ...this.#appends.all].filter(
      (place) => this.#history[place]?.outcome !== null && !this.#states.has(place),
    );
    return { states: this.#states, shared, loose, isComplete: shared.length === 0 };
  }

  /** Who put the text and who appended to it, in order; from the beginning on, if nobody has put it. Null if nobody can have, `several` if it can have come about in several ways. */
  #piecesOf(text: string): readonly number[] | null | 'several' {
    const ways: (Way | undefined)[] = [];
    const add = (end: number, writers: readonly number[], from: number, before: number): void => {
      const [writer] = writers;
      if (writer === undefined || before === 0) return;
      ways[end] = { writer, from, count: Math.min(2, before * writers.length + (ways[end]?.count ?? 0)) };
    };
    add(0, [BEGINNING, ...this.#puts.of('')], -1, 1);
    for (const length of this.#lengths) {
      if (length > 0 && length <= text.length) add(length, this.#puts.of(text.slice(0, length)), -1, 1);
    }
    for (let from = 0; from < text.length; from += 1) {
      const before = ways[from]?.count ?? 0;
      for (const length of this.#lengths) {
        const end = from + length;
        if (before > 0 && length > 0 && end <= text.length)
          add(end, this.#appends.of(text.slice(from, end)), from, before);
      }
    }
    if ((ways[text.length]?.count ?? 0) > 1) return 'several';
    const pieces: number[] = [];
    for (let way = ways[text.length]; way !== undefined; way = ways[way.from]) pieces.push(way.writer);
    return pieces.length === 0 ? null : pieces.reverse();
  }

  /** Notes how a text came about. Those who saw something else that cannot be too, or null. */
  #note(pieces: readonly number[], readers: readonly number[]): readonly number[] | null {
    if (new Set(pieces).size < pieces.length) return [];
    const [seenBy = BEGINNING] = readers;
    let after: number | null = null;
    for (const writer of pieces) {
      const known = this.#states.get(writer);
      if (known !== undefined && known.after !== after) return [known.seenBy];
      if (known === undefined) this.#states.set(writer, { after, readers: [], seenBy });
      after = writer;
    }
    if (after !== null) this.#states.get(after)?.readers.push(...readers);
    return null;
  }

  /** Who can have made it by what was done last. */
  #writersOf(text: string): readonly number[] {
    const appends = [...this.#lengths].flatMap((length) =>
      length > 0 && length <= text.length ? this.#appends.of(text.slice(text.length - length)) : [],
    );
    return [...(text === '' ? [BEGINNING] : []), ...this.#puts.of(text), ...appends];
  }
}
