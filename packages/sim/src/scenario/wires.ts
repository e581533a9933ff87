import type { NodeId, Sender } from '@quorate/actor';
import type { ActorMessage } from '../host/actor-message.ts';
import { kindText } from './message-text.ts';

/** A message between two nodes that has not come yet. */
export interface Waiting {
  readonly sender: Sender;
  readonly to: NodeId;
  /** The actor that it is for. */
  readonly actor: string;
  readonly message: ActorMessage;
}

/** From where to where; null for every node. */
export interface Wire {
  readonly from: NodeId | null;
  readonly to: NodeId | null;
}

/** Which messages an author means: those on any of the wires, of that kind and number where these are given. */
export interface Selection {
  readonly wires: readonly Wire[];
  readonly kind: string | null;
  readonly sequence: number | null;
}

/** Everything that is on its way, in the order in which it was sent. */
export class Wires {
  readonly #waiting: Waiting[] = [];
  readonly #held: Wire[] = [];
  readonly #cut: Wire[] = [];

  put(waiting: Waiting): void {
    this.#waiting.push(waiting);
  }

  /** What is meant, in order. Where a selection names no two nodes, what is held is not meant. */
  select(selection: Selection): readonly Waiting[] {
    return this.#waiting.filter((waiting) => this.#isMeant(waiting, selection));
  }

  /** The message is on its way no more. */
  remove(waiting: Waiting): void {
    const place = this.#waiting.indexOf(waiting);
    if (place !== -1) this.#waiting.splice(place, 1);
  }

  hold(wires: readonly Wire[]): void {
    this.#held.push(...wires);
  }

  /** False if none of the wires was held. */
  release(wires: readonly Wire[]): boolean {
    return removeAll(this.#held, wires);
  }

  cut(wires: readonly Wire[]): void {
    this.#cut.push(...wires);
  }

  /** False if none of the wires was cut. */
  heal(wires: readonly Wire[]): boolean {
    return removeAll(this.#cut, wires);
  }

  isCut(from: NodeId, to: NodeId): boolean {
    return this.#cut.some((wire) => isOn(wire, from, to));
  }

  #isMeant({ sender, to, message }: Waiting, { wires, kind, sequence }: Selection): boolean {
    if (kind !== null && kindText(message) !== kind) return false;
    if (sequence !== null && !('sequence' in message && message.sequence === sequence)) return false;
    const isHeld = this.#held.some((wire) => isOn(wire, sender.node, to));
    return wires.some((wire) => isOn(wire, sender.node, to) && (!isHeld || isNamed(wire)));
  }
}

const isOn = (wire: Wire, from: NodeId, to: NodeId): boolean =>
  (wire.from === null || wire.from === from) && (wire.to === null || wire.to === to);

const isNamed = ({ from, to }: Wire): boolean => from !== null && to !== null;

function removeAll(list: Wire[], wires: readonly Wire[]): boolean {
  let removed = false;
  for (const { from, to } of wires) {
    const place = list.findIndex((wire) => wire.from === from && wire.to === to);
    if (place === -1) continue;
    list.splice(place, 1);
    removed = true;
  }
  return removed;
}
