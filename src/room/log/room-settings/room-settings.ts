// The kind of event for the state of the room: one row, which is always told whole. Each new connection
// gets it with its welcome, so no replay has it.

import type { Room } from '../../../contract/moderation.ts'
import { initialRoom, readStoredRoom } from '../../../domain/moderation.ts'
import type { EventKind, EventRow } from '../event-kind.ts'
import type { Head } from '../head.ts'
import { MarkedTable } from '../marked-table.ts'

type Row = {
  id: string
  /** The number of the latest change; 0: there was none in this log. */
  seq: number
  /** Milliseconds. */
  at: number
  state: string
  revision: number
}

/** There is one row. */
const id = 'room'

const parse = (state: string) => readStoredRoom(JSON.parse(state))

export class RoomSettings implements EventKind {
  readonly name = 'room'
  /** Its mark tells what the archive lacks, also after the archive was set back. */
  readonly archived = null
  readonly table: MarkedTable<Row>
  readonly #head: Head
  #seq: number
  #at: number
  #room: Room

  constructor(sql: SqlStorage, head: Head) {
    this.table = new MarkedTable<Row>(sql, {
      name: 'room_state',
      columns: ['id', 'seq', 'at', 'state', 'revision'],
      key: 'id',
      toArchive: ({ state }) => ({ kind: 'room', state: parse(state) }),
    })
    this.#head = head
    const row = this.table.find(id)
    this.#seq = row?.seq ?? 0
    this.#at = row?.at ?? 0
    this.#room = row ? parse(row.state) : initialRoom
    head.raiseTo(this.#seq)
  }

  get current(): Room {
    return this.#room
  }

  /** Records the new state as one event. @returns the number of the event */
  record(room: Room, now: number): number {
    const seq = this.#head.next
    const { revision } = room
    this.table.write({ id, seq, at: now, state: JSON.stringify(room), revision })
    this.#head.raiseTo(seq)
    // A release before this one does not know the table, and would give the number again.
    this.#head.store()
    this.#seq = seq
    this.#at = now
    this.#room = room
    return seq
  }

  /** Takes over what Postgres has, if it is newer. The log must be opened anew after it. */
  restore(room: Room): void {
    const { revision } = room
    this.table.restore({ id, seq: 0, at: 0, state: JSON.stringify(room), revision })
  }

  /** The same for a state that Postgres must get too. */
  correct(room: Room): void {
    this.table.write({ id, seq: 0, at: 0, state: JSON.stringify(room), revision: room.revision })
  }

  latest(): number {
    return this.#seq
  }

  after(seq: number): Iterable<EventRow> {
    return this.#seq > seq ? [{ seq: this.#seq }] : []
  }

  firstSince(seq: number, ms: number): number | null {
    return this.#seq > seq && this.#at >= ms ? this.#seq : null
  }

  prunableSeq(): number {
    return Number.POSITIVE_INFINITY
  }

  prune(): void {}
  detach(): void {}

  expire(): string[] {
    return []
  }

  replay(): null {
    return null
  }

  eraseUser(): number {
    return 0
  }

  snapshot(): () => void {
    const [seq, at, room] = [this.#seq, this.#at, this.#room]
    return () => {
      this.#seq = seq
      this.#at = at
      this.#room = room
    }
  }
}
