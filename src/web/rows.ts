// What is drawn for each message: grouped by author and five minutes, parted by days. A row is the
// same object until something about it changes, so that only that is drawn anew.

import type { ChatMessage } from '../client/state.ts'
import { dayOf } from './times.ts'

/** What this person does with a message, here and now. */
export type Mark = {
  /** `undoable`: deleted in a moment; `leaving`: the service is being told. */
  readonly mode: 'plain' | 'editing' | 'undoable' | 'leaving'
  /** What went wrong with the last change. */
  readonly note: string | null
  readonly unfolded: boolean
}

export type Row = {
  readonly key: string
  readonly message: ChatMessage
  readonly own: boolean
  /** Where in its group: the first bears the name. */
  readonly opens: boolean
  readonly closes: boolean
  /** Milliseconds since the epoch. */
  readonly time: number
  /** The day that begins here, as `dayOf` gives it; else null. */
  readonly day: number | null
  /** What is new to this person begins here. */
  readonly unread: boolean
  readonly mark: Mark
}

export type Arrangement = {
  userId: string
  unreadKey: string | null
  marks: ReadonlyMap<string, Mark>
}

export const unmarked: Mark = { mode: 'plain', note: null, unfolded: false }

const groupWithinMs = 5 * 60_000

type Moment = { time: number; day: number }

export class Rows {
  readonly #moments = new WeakMap<ChatMessage, Moment>()
  readonly #drawn = new WeakMap<ChatMessage, Row>()

  arrange(messages: readonly ChatMessage[], { userId, unreadKey, marks }: Arrangement): Row[] {
    const rows: Row[] = []
    let before: Row | null = null
    for (let i = 0; i < messages.length; i++) {
      const message = messages[i] as ChatMessage
      const next = messages[i + 1]
      const { time, day } = this.#momentOf(message)
      const begun = i > 0 && day === this.#momentOf(messages[i - 1] as ChatMessage).day
      const opens: boolean = before === null || before.closes
      const row: Row = this.#same({
        key: message.key,
        message,
        own: message.state !== 'sent' || message.user_id === userId,
        opens,
        closes: next === undefined || next.key === unreadKey || this.#parted(message, next),
        time,
        day: begun ? null : day,
        unread: message.key === unreadKey,
        mark: marks.get(message.key) ?? unmarked,
      })
      rows.push(row)
      before = row
    }
    return rows
  }

  #parted(message: ChatMessage, next: ChatMessage): boolean {
    const [here, there] = [this.#momentOf(message), this.#momentOf(next)]
    if (here.day !== there.day || there.time - here.time > groupWithinMs) return true
    // Before the first welcome own messages do not know their author.
    return next.user_id !== '' && message.user_id !== next.user_id
  }

  #momentOf(message: ChatMessage): Moment {
    let moment = this.#moments.get(message)
    if (!moment) {
      const time = Date.parse(message.created_at)
      moment = { time, day: dayOf(time) }
      this.#moments.set(message, moment)
    }
    return moment
  }

  #same(row: Row): Row {
    const held = this.#drawn.get(row.message)
    const equal =
      held !== undefined &&
      held.own === row.own &&
      held.opens === row.opens &&
      held.closes === row.closes &&
      held.day === row.day &&
      held.unread === row.unread &&
      held.mark === row.mark
    if (equal) return held
    this.#drawn.set(row.message, row)
    return row
  }
}
