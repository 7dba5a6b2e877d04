// The expected state of the room: all events that were confirmed, in order. The expected views
// of clients, pages and the archive are computed from it as simply as possible.

import { expect } from 'vitest'
import type { Member, Message } from '../../../src/contract/entities.ts'
import type { RoomFrame } from '../../../src/contract/frames.ts'
import type { ReactionCounts } from '../../../src/contract/reactions.ts'
import { idTime } from '../../../src/domain/ids.ts'
import { checkReferenced, type SentReferences } from './references.ts'

export type DurableFrame = Extract<
  RoomFrame,
  { event: 'new_message' | 'message_edited' | 'message_deleted' | 'reactions_changed' }
>

const durable = ['new_message', 'message_edited', 'message_deleted', 'reactions_changed']

export const isDurable = (frame: RoomFrame): frame is DurableFrame => durable.includes(frame.event)

/** `reactedSeq`: of the latest change of its reactions; 0: there was none. */
type Kept = { message: Message; createdSeq: number; seq: number; reactedSeq: number }

export type ChangeOutcome = 'changed' | 'unchanged' | 'not_found' | 'not_the_author'

/** A deleted message refers to nothing, and has no reactions. */
function blank({ reply_to, mentions, referenced, reactions, ...message }: Message): Message {
  return { ...message, content: '', is_deleted: true }
}

const iso = (ms: number) => new Date(ms).toISOString()

export class ExpectedLog {
  readonly epoch: string
  /** Messages as they were sent, oldest first. */
  readonly messages: Message[] = []
  readonly #events: DurableFrame[] = []

  constructor(epoch: string) {
    this.epoch = epoch
  }

  get head(): number {
    return this.#events.length
  }

  /** The live frame with this number. */
  event(seq: number): DurableFrame | undefined {
    return this.#events[seq - 1]
  }

  /** Every message as it was after an event. */
  at(seq: number): Map<string, Kept> {
    const kept = new Map<string, Kept>()
    for (const [index, frame] of this.#events.slice(0, seq).entries()) {
      const at = index + 1
      if (frame.event === 'new_message') {
        kept.set(frame.data.id, { message: frame.data, createdSeq: at, seq: at, reactedSeq: 0 })
        continue
      }
      if (frame.event === 'reactions_changed') {
        const { message_id, ...reactions } = frame.data
        const before = kept.get(message_id)
        if (!before) throw new Error('A reaction to nothing: the model is wrong.')
        const message = { ...before.message, reactions }
        kept.set(message_id, { ...before, message, reactedSeq: at })
        continue
      }
      const { message_id: id, ...change } = frame.data
      const before = kept.get(id)
      if (!before) throw new Error('A change of nothing: the model is wrong.')
      const message = frame.event === 'message_deleted' ? blank(before.message) : before.message
      const reactedSeq = frame.event === 'message_deleted' ? 0 : before.reactedSeq
      kept.set(id, { ...before, message: { ...message, ...change }, seq: at, reactedSeq })
    }
    return kept
  }

  now(id: string): Message | undefined {
    return this.at(this.head).get(id)?.message
  }

  /** The states of a message from an event on: as it was then, or was sent later, and after each change. */
  statesOf(id: string, since: number): Message[] {
    const changedAt = this.#events
      .filter(({ event, data }) => (event === 'new_message' ? data.id : data.message_id) === id)
      .map(({ seq }) => seq ?? 0)
    const at = [since, ...changedAt.filter((seq) => seq > since)]
    return at.flatMap((seq) => this.at(seq).get(id)?.message ?? [])
  }

  /** Undeleted messages, newest first. */
  history(seq = this.head): Message[] {
    return [...this.at(seq).values()]
      .map(({ message }) => message)
      .filter(({ is_deleted }) => !is_deleted)
      .sort((a, b) => (a.id < b.id ? 1 : -1))
  }

  /** The replay at `head` for a client that knows everything up to `since`. */
  replay(since: number, head: number): DurableFrame[] {
    const all = [...this.at(head).values()]
    const missed = all.filter(({ seq }) => seq > since)
    const reacted = all.flatMap(({ reactedSeq: seq }) => (seq > since ? { seq } : []))
    const isNew = ({ message, createdSeq }: Kept) => createdSeq > since && !message.is_deleted
    const created = missed.filter(isNew).sort((a, b) => (a.message.id < b.message.id ? -1 : 1))
    const changes = [...missed.filter((kept) => !isNew(kept)), ...reacted]
    const changed = changes.sort((a, b) => a.seq - b.seq)
    return [
      ...created.map(({ message }) => ({ event: 'new_message' as const, data: message })),
      // The latest event of a message contains its state.
      ...changed.map(({ seq }) => {
        const { event, data } = this.#events[seq - 1] as DurableFrame
        return { event, data } as DurableFrame
      }),
    ]
  }

  /** Records an accepted message, and checks the values that the room chose. */
  recordMessage(
    message: Message,
    by: Member,
    request: { content: string; client_id: string } & SentReferences,
  ): void {
    checkReferenced(this, message, this.head)
    const { referenced: _, ...own } = message
    expect(own).toEqual({
      ...{ id: message.id, user_id: by.id, username: by.username, ...request },
      ...{ created_at: iso(idTime(message.id)), updated_at: null },
      ...{ is_deleted: false, revision: 1 },
    })
    // The order of ids is the order of events, so no id comes twice.
    expect(message.id > (this.messages.at(-1)?.id ?? '')).toBe(true)
    this.messages.push(message)
    this.#events.push({ event: 'new_message', data: message, seq: this.head + 1 })
  }

  /** The expected outcome of a change. @param content null: a deletion */
  expectedOutcome(id: string, by: Member, content: string | null): ChangeOutcome {
    const message = this.now(id)
    const mine = message?.user_id === by.id
    if (!message || (message.is_deleted && !(mine && content === null))) return 'not_found'
    if (!mine) return 'not_the_author'
    return message.content === (content ?? '') ? 'unchanged' : 'changed'
  }

  /** Records an edit, which was answered with the new state. */
  recordEdit(answer: Message, content: string): void {
    const before = this.now(answer.id)
    const revision = (before?.revision ?? 0) + 1
    checkReferenced(this, answer, this.head)
    expect(answeredFields(answer)).toEqual(
      answeredFields({ ...(before as Message), content, revision, updated_at: answer.updated_at }),
    )
    const updated_at = answer.updated_at as string
    expect(updated_at > (before?.updated_at ?? before?.created_at ?? '')).toBe(true)
    const data = { message_id: answer.id, content, updated_at, revision }
    this.#events.push({ event: 'message_edited', data, seq: this.head + 1 })
  }

  /** Records that people have reacted. @returns the new revision of the totals */
  recordReactions(message_id: string, counts: ReactionCounts): number {
    const revision = (this.now(message_id)?.reactions?.revision ?? 0) + 1
    const data = { message_id, counts, revision }
    this.#events.push({ event: 'reactions_changed', data, seq: this.head + 1 })
    return revision
  }

  recordDeletion(id: string): void {
    const data = { message_id: id, revision: (this.now(id)?.revision ?? 0) + 1 }
    this.#events.push({ event: 'message_deleted', data, seq: this.head + 1 })
  }
}

/** The same for the answer to a change: the log may have an old message without its reactions. */
export function answeredFields(message: Message): Message {
  const { reactions, ...answered } = ownFields(message)
  return answered
}

/**
 * The fields of a message that it has everywhere. Messages from the archive lack their `client_id`, and
 * the message that a reply is to has changes of its own.
 */
export function ownFields({ client_id, referenced, ...message }: Message): Message {
  return message
}
