// Remembers everything that any client received, over any channel, and checks each later answer
// against it: nothing may be missing, differ, go back, or return after its deletion.

import type { ArchiveRow } from './final-state.ts'
import { KnownClientIds } from './known-client-ids.ts'
import { KnownLog } from './known-log.ts'
import { isInRange, KnownPurges } from './known-purges.ts'
import { KnownRooms } from './known-rooms.ts'
import {
  type Frame,
  isDurable,
  type Message,
  type Page,
  type Purge,
  type Room,
  subjectOf,
} from './protocol.ts'
import { SortedIds } from './sorted-ids.ts'

type KnownMessage = {
  firstSeen: number
  /** Revision → text. */
  texts: Map<number, string>
  /** The times at which higher revisions were first seen, oldest first. */
  revisions: { revision: number; at: number }[]
  mayBeDeleted: boolean
  deletedAt: number
}

/** The knowledge at the time of a request, which its answer must contain. */
export type Snapshot = { at: number; seq: number }

/** Sorts after every id. */
export const newest = '~'

export class ConsistencyChecker {
  readonly violations: string[] = []
  readonly purges = new KnownPurges()
  readonly #log = new KnownLog((sentence) => this.report(sentence))
  readonly #rooms = new KnownRooms((sentence) => this.report(sentence))
  readonly #clientIds = new KnownClientIds((sentence) => this.report(sentence))
  readonly #messages = new Map<string, KnownMessage>()
  readonly #ids = new SortedIds()
  /** By message id. */
  readonly #authorOf = new Map<string, string>()
  readonly #authors: ReadonlySet<string> | undefined
  readonly #ignoredIds = new Set<string>()
  #clock = 0

  /** @param authors only their messages are checked, because others delete without notice */
  constructor(authors?: ReadonlySet<string>) {
    this.#authors = authors
  }

  report(sentence: string): void {
    this.violations.push(sentence)
  }

  snapshot(): Snapshot {
    return { at: ++this.#clock, seq: this.#log.seq }
  }

  /** A client received this frame, in a replay, live, or as a reply. */
  observeFrame(by: string, epoch: string, frame: Frame): void {
    // Whoever is refused for a ban is told of no log.
    if (epoch === '') return
    this.#log.observeEpoch(by, epoch)
    if (frame.event === 'room_changed') this.#rooms.observe(by, frame.data, ++this.#clock)
    if (!isDurable(frame)) return
    const { event, data, seq } = frame
    const id = subjectOf(frame)
    if (event === 'new_message') this.observeMessage(by, data)
    else if (event === 'message_edited') this.observeText(by, { ...data, id })
    else if (event === 'message_deleted') this.observeDeletion(id)
    else if (event === 'messages_purged') this.observePurge(data)
    if (seq === undefined) return
    const revision = event === 'user_erased' ? '' : ` ${data.revision}`
    const range = event === 'messages_purged' ? ` ${data.from_id} ${data.to_id}` : ''
    this.#log.observeEvent(by, { epoch, seq }, `${event} ${id}${revision}${range}`)
  }

  observeMessage(by: string, message: Message): void {
    if (this.#authors && !this.#authors.has(message.user_id)) {
      this.#ignoredIds.add(message.id)
      return
    }
    this.#authorOf.set(message.id, message.user_id)
    if (!message.is_deleted) this.observeText(by, message)
    const isPurged = this.purges.toldAt(message) < Number.POSITIVE_INFINITY
    if (message.is_deleted || isPurged) this.observeDeletion(message.id)
    this.#clientIds.observe(by, message)
  }

  observeText(
    by: string,
    { id, revision, content }: Pick<Message, 'id' | 'revision' | 'content'>,
  ): void {
    if (this.#ignoredIds.has(id)) return
    const message = this.#message(id)
    const known = message.texts.get(revision)
    if (known === undefined) message.texts.set(revision, content)
    else if (known !== content)
      this.report(`${by}: ${id} has two texts at revision ${revision}: ${known} / ${content}`)
    if (revision > (message.revisions.at(-1)?.revision ?? 0))
      message.revisions.push({ revision, at: ++this.#clock })
  }

  knows(id: string): boolean {
    return this.#messages.has(id)
  }

  /** From now on the message may be gone. */
  allowDeletion(id: string): void {
    this.#message(id).mayBeDeleted = true
  }

  /** From now on the message must be gone. */
  observeDeletion(id: string): void {
    const message = this.#message(id)
    message.mayBeDeleted = true
    message.deletedAt = Math.min(message.deletedAt, ++this.#clock)
  }

  /** From now on all messages of the range must be gone, also those that nobody has received yet. */
  observePurge(purge: Purge): void {
    if (!this.purges.tell(purge, ++this.#clock)) return
    for (const [id, user_id] of this.#authorOf)
      if (isInRange({ id, user_id }, purge)) this.observeDeletion(id)
  }

  /** @param asked taken before the state was requested */
  checkRoom(by: string, room: Room, asked: Snapshot): void {
    this.#rooms.check(by, room, asked.at)
    this.#rooms.observe(by, room, ++this.#clock)
  }

  /** Another log begins, which knows what Postgres had. Until then all clients must be away. */
  beginEpoch(archive: readonly ArchiveRow[]): void {
    this.#log.begin()
    this.#messages.clear()
    this.#ids.clear()
    this.#clientIds.clear()
    this.#authorOf.clear()
    this.purges.clear()
    this.#rooms.clear()
    for (const row of archive)
      if (row.is_deleted) this.observeDeletion(row.id)
      else this.observeText('Postgres', row)
  }

  /**
   * @param asked taken before the page was requested
   * @param below the cursor of the page, or `newest`
   */
  checkPage(by: string, page: Page, { asked, below }: { asked: Snapshot; below: string }): void {
    const { messages, next_cursor, session } = page
    this.#log.observeEpoch(by, session.epoch)
    if (session.seq < asked.seq)
      this.report(`${by}: the page is of seq ${session.seq}, ${asked.seq} was broadcast before`)
    let above = below
    for (const message of messages) {
      const { id } = message
      if (id >= above) this.report(`${by}: out of order: ${id} stands below ${above} in a page`)
      above = id
      this.#checkState(by, message, asked)
      this.observeMessage(by, message)
    }
    const found = new Set(messages.map(({ id }) => id))
    for (const id of this.#ids.between(next_cursor ?? '', below)) {
      const known = this.#message(id)
      if (known.firstSeen > asked.at || known.mayBeDeleted || found.has(id)) continue
      if (this.purges.mayCover({ id, user_id: this.#authorOf.get(id) ?? '' })) continue
      this.report(`${by}: ${id} is lost: it was received, and a page that spans it lacks it`)
    }
  }

  /**
   * No reply shows the text of a message that was deleted before.
   * @param asked taken before the page or the connection was requested
   */
  checkReferenced(by: string, { id, referenced }: Message, { at }: Snapshot): void {
    if (!referenced) return
    const told = this.#messages.get(referenced.id)?.deletedAt ?? Number.POSITIVE_INFINITY
    const isDeleted = Math.min(told, this.purges.toldAt(referenced)) < at
    const hasText = referenced.excerpt !== '' || !referenced.is_deleted
    if (isDeleted && hasText) this.report(`${by}: ${id} shows the deleted ${referenced.id}`)
  }

  #checkState(by: string, message: Message, asked: Snapshot): void {
    const { id, revision } = message
    const known = this.#messages.get(id)
    this.checkReferenced(by, message, asked)
    if (this.purges.toldAt(message) < asked.at) this.report(`${by}: the purged ${id} is in a page`)
    else if (known && known.deletedAt < asked.at)
      this.report(`${by}: the deleted ${id} is in a page`)
    if (!known) return
    const expected = known.revisions.findLast(({ at }) => at < asked.at)?.revision ?? 0
    if (revision < expected)
      this.report(`${by}: ${id} has revision ${revision} in a page, and had ${expected}`)
  }

  #message(id: string): KnownMessage {
    const known = this.#messages.get(id)
    if (known) return known
    const message: KnownMessage = {
      firstSeen: ++this.#clock,
      texts: new Map(),
      revisions: [],
      mayBeDeleted: false,
      deletedAt: Number.POSITIVE_INFINITY,
    }
    this.#messages.set(id, message)
    this.#ids.add(id)
    return message
  }
}
