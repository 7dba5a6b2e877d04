// The states of the room that clients were told of: one state for each revision, and none that goes back.

import { isDeepStrictEqual } from 'node:util'
import type { Room } from './protocol.ts'

export class KnownRooms {
  readonly #byRevision = new Map<number, Room>()
  /** The times at which higher revisions were first told, oldest first. */
  readonly #revisions: { revision: number; at: number }[] = []
  readonly #report: (sentence: string) => void

  constructor(report: (sentence: string) => void) {
    this.#report = report
  }

  observe(by: string, room: Room, at: number): void {
    const { revision } = room
    const known = this.#byRevision.get(revision)
    if (known && !isDeepStrictEqual(known, room))
      this.#report(
        `${by}: the room has two states at revision ${revision}: ${JSON.stringify(known)} / ${JSON.stringify(room)}`,
      )
    this.#byRevision.set(revision, room)
    if (revision > (this.#revisions.at(-1)?.revision ?? -1)) this.#revisions.push({ revision, at })
  }

  /** @param askedAt when the state was requested */
  check(by: string, { revision }: Room, askedAt: number): void {
    const expected = this.#revisions.findLast(({ at }) => at < askedAt)?.revision ?? 0
    if (revision < expected)
      this.#report(`${by}: the room has revision ${revision}, and had ${expected}`)
  }

  clear(): void {
    this.#byRevision.clear()
    this.#revisions.length = 0
  }
}
