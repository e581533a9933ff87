/**
 * What a bad network does to messages on their way from one connection to another, for trying how clients bear it.
 *
 * A message that is lost or late counts as delivered: its publisher is not told that nobody listens.
 */
export interface DeliveryFaults {
  /**
   * After how many milliseconds each copy of a message arrives: `[0]` at once, `[]` never, `[0, 20]` twice. Asked for every
   * delivery; must not throw. `from` and `to` are the names that the clients gave in CONNECT, empty if they gave none.
   */
  delaysMs(from: string, to: string, subject: string): readonly number[];
}
