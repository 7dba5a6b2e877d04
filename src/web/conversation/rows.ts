// The rows of the list: messages grouped by author and time, with dividers for days. A row stays the
// same object until it changes, so that only changed rows are drawn again.

import type { Role } from '../../client/contract.ts'
import type { ChatMessage, SentMessage } from '../../client/state.ts'
import type { Viewer } from '../permissions.ts'
import { roomMention } from '../text/mention-text.ts'
import { startOfDay } from '../text/times.ts'

/** The actions of this page's user on a message. */
export type RowState = {
  /** `undoable`: the deletion can be undone; `deleting`: the request is on its way. */
  readonly mode: 'plain' | 'editing' | 'undoable' | 'deleting'
  /** Why the last change failed. */
  readonly problem: string | null
  readonly unfolded: boolean
}

export type Row = {
  readonly key: string
  readonly message: ChatMessage
  readonly own: boolean
  readonly authorRole: Role
  readonly pinned: boolean
  /** Whether anybody has reacted. */
  readonly isReacted: boolean
  /** The emoji that people may react with. */
  readonly offered: readonly string[]
  readonly viewer: Viewer
  /** The first row of a group shows the author. */
  readonly startsGroup: boolean
  readonly endsGroup: boolean
  /** Milliseconds since 1970. */
  readonly time: number
  /** The day that begins with this row, as `startOfDay` gives it; else null. */
  readonly day: number | null
  /** Whether unread messages begin with this row. */
  readonly unread: boolean
  /** The names that this message mentions, in lines. */
  readonly mentionNames: string
  /** Whether it mentions the user of this page, or everyone. */
  readonly mentionsUser: boolean
  readonly rowState: RowState
}

export type RowContext = {
  /** The same object while nothing in it changes. */
  viewer: Viewer
  /** By user id. */
  roles: ReadonlyMap<string, Role>
  pinnedIds: ReadonlySet<string>
  /** The same object while nothing in it changes. */
  offered: readonly string[]
  /** Ids of messages after which a group ends in any case. */
  breaksAfter: readonly string[]
  /** The name of a person; undefined: it is not known. */
  nameOf: (id: string) => string | undefined
  dividerKey: string | null
  rowStates: ReadonlyMap<string, RowState>
}

export const defaultRowState: RowState = { mode: 'plain', problem: null, unfolded: false }

const groupWithinMs = 5 * 60_000

type Moment = { time: number; day: number }

export class RowBuilder {
  readonly #moments = new WeakMap<ChatMessage, Moment>()
  readonly #rows = new WeakMap<ChatMessage, Row>()

  build(messages: readonly ChatMessage[], context: RowContext): Row[] {
    const { viewer, roles, pinnedIds, offered, breaksAfter, dividerKey, rowStates, nameOf } =
      context
    const isBreak = ({ id }: ChatMessage) => id !== null && breaksAfter.includes(id)
    const rows: Row[] = []
    let before: Row | null = null
    for (let i = 0; i < messages.length; i++) {
      const message = messages[i] as ChatMessage
      const next = messages[i + 1]
      const { time, day } = this.#momentOf(message)
      const isSameDay = i > 0 && day === this.#momentOf(messages[i - 1] as ChatMessage).day
      const startsGroup: boolean = before === null || before.endsGroup
      const row: Row = this.#reuse({
        key: message.key,
        message,
        own: message.state !== 'sent' || message.user_id === viewer.userId,
        authorRole: roles.get(message.user_id) ?? 'member',
        pinned: message.id !== null && pinnedIds.has(message.id),
        isReacted: message.state === 'sent' && hasCounts(message),
        offered,
        viewer,
        startsGroup,
        endsGroup:
          next === undefined ||
          next.key === dividerKey ||
          isBreak(message) ||
          this.#isGroupEnd(message, next),
        time,
        day: isSameDay ? null : day,
        unread: message.key === dividerKey,
        mentionNames: namesIn(message, nameOf),
        mentionsUser: isMentioned(message, viewer.userId),
        rowState: rowStates.get(message.key) ?? defaultRowState,
      })
      rows.push(row)
      before = row
    }
    return rows
  }

  #isGroupEnd(message: ChatMessage, next: ChatMessage): boolean {
    const [current, following] = [this.#momentOf(message), this.#momentOf(next)]
    if (current.day !== following.day) return true
    if (following.time - current.time > groupWithinMs) return true
    // Before the first welcome, own messages have no author.
    return next.user_id !== '' && message.user_id !== next.user_id
  }

  #momentOf(message: ChatMessage): Moment {
    let moment = this.#moments.get(message)
    if (!moment) {
      const time = Date.parse(message.created_at)
      moment = { time, day: startOfDay(time) }
      this.#moments.set(message, moment)
    }
    return moment
  }

  #reuse(row: Row): Row {
    const known = this.#rows.get(row.message)
    const isEqual =
      known !== undefined &&
      known.own === row.own &&
      known.authorRole === row.authorRole &&
      known.pinned === row.pinned &&
      known.offered === row.offered &&
      known.viewer === row.viewer &&
      known.startsGroup === row.startsGroup &&
      known.endsGroup === row.endsGroup &&
      known.day === row.day &&
      known.unread === row.unread &&
      known.mentionNames === row.mentionNames &&
      known.rowState === row.rowState
    if (isEqual) return known
    this.#rows.set(row.message, row)
    return row
  }
}

const hasCounts = ({ reactions }: SentMessage): boolean =>
  reactions !== undefined && Object.keys(reactions.counts).length > 0

function namesIn(
  { mentions = [], mentions_room }: ChatMessage,
  nameOf: RowContext['nameOf'],
): string {
  const names = mentions.flatMap((id) => nameOf(id) ?? [])
  return (mentions_room ? [roomMention, ...names] : names).join('\n')
}

/** Whether the message is by someone else, and mentions this person or the room. */
export function isMentioned(message: ChatMessage, userId: string): boolean {
  const { user_id, mentions, mentions_room } = message
  if (message.state !== 'sent' || user_id === userId) return false
  return mentions_room === true || (mentions?.includes(userId) ?? false)
}
