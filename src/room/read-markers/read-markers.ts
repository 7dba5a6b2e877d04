// How far people have read, as of now. Markers that rise are kept in memory and written once a minute, or
// when a connection of the person ends; meanwhile an attachment keeps them over hibernation, which costs
// no row. A crash loses what was not written.

import type { Clock } from '../clock/clock.ts'
import type { ReadMarkerTable } from '../log/private/read-markers.ts'
import type { Outbox } from '../outbox/outbox.ts'

type Uses = {
  clock: Clock
  readMarkerTable: ReadMarkerTable
  outbox: Pick<Outbox, 'schedule'>
}

export class ReadMarkers {
  readonly #uses: Uses
  /** By person. A marker from an attachment may have been written before. */
  readonly #unwritten = new Map<string, string>()

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** The newest message that the person has read; null: the room knows of none. */
  of(userId: string): string | null {
    const written = this.#uses.readMarkerTable.find(userId)
    const unwritten = this.#unwritten.get(userId)
    if (unwritten === undefined) return written
    return written !== null && written > unwritten ? written : unwritten
  }

  /**
   * An older message than before changes nothing. The caller sees to it that an attachment keeps the
   * marker, or that it is written.
   * @returns whether the marker has risen
   */
  raise(userId: string, messageId: string): boolean {
    const known = this.of(userId)
    if (known !== null && known >= messageId) return false
    this.#unwritten.set(userId, messageId)
    return true
  }

  /** To be called at a start of the room, with the markers in the attachments. */
  restore(userId: string, messageId: string): void {
    const other = this.#unwritten.get(userId)
    if (other === undefined || other < messageId) this.#unwritten.set(userId, messageId)
  }

  /** Writes all markers that have risen. */
  write(): void {
    this.#write([...this.#unwritten.keys()])
  }

  /** The same for one person. */
  writeOf(userId: string): void {
    if (this.#unwritten.has(userId)) this.#write([userId])
  }

  removeUser(userId: string): void {
    this.#unwritten.delete(userId)
    this.#uses.readMarkerTable.removeUser(userId)
  }

  #write(userIds: string[]): void {
    const { clock, readMarkerTable, outbox } = this.#uses
    const entries = userIds.flatMap((userId) => {
      const messageId = this.#unwritten.get(userId)
      return messageId === undefined ? [] : { userId, messageId }
    })
    const hasWritten = readMarkerTable.raise(entries)
    for (const userId of userIds) this.#unwritten.delete(userId)
    if (hasWritten) outbox.schedule(clock.now())
  }
}
