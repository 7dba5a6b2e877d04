// The room's side of the fence: what this log wrote to it last, what it may have written since, and
// what is wrong when a flush is refused because of it.

import {
  type Fence,
  type FenceCheck,
  type FenceFault,
  fenceFault,
  fenceMismatch,
  isSetBack,
  type KnownFence,
} from '../../domain/fence.ts'
import { formerEpochs } from '../log/former-epochs.ts'
import type { Log } from '../log/log.ts'
import type { Meta } from '../log/meta.ts'
import type { Archive } from '../ports.ts'

type Uses = { log: Log; meta: Meta; archive: Pick<Archive, 'readFence' | 'faultCode'> }

/**
 * The highest event that earlier starts of the room can have written. If a start could not read the
 * fence, this is the head of that start, not of now: the head of a storage that was set back may rise
 * past the fence before anybody compares the two. Nothing is written until somebody has.
 */
export function maybeWrittenBefore({ log, meta }: Pick<Uses, 'log' | 'meta'>): number {
  const uncheckedAt = meta.text('fence_unchecked_at')
  return uncheckedAt === null ? log.position.seq : Number(uncheckedAt)
}

export class OutboxFence {
  readonly #uses: Uses
  #maybeWrittenSeq: number

  constructor(uses: Uses) {
    this.#uses = uses
    this.#maybeWrittenSeq = maybeWrittenBefore(uses)
  }

  /** No start of the room could compare the fence. */
  get isUnchecked(): boolean {
    return this.#uses.meta.text('fence_unchecked_at') !== null
  }

  /**
   * Must be called before anything is written, while the fence is unchecked.
   * @returns the fault code, or null
   */
  async compare(): Promise<string | null> {
    const { meta, archive } = this.#uses
    try {
      const fence = await archive.readFence()
      if (isSetBack(fence, this.known)) return 'room_set_back'
    } catch (error) {
      return archive.faultCode(error)
    }
    meta.delete('fence_unchecked_at')
    return null
  }

  /**
   * Runs a transaction with a check of the fence.
   * @param writtenSeq Postgres has every event up to this one when the transaction commits
   */
  async guard(writtenSeq: number, write: (check: FenceCheck) => Promise<void>): Promise<void> {
    const { archive } = this.#uses
    let mayHaveWritten = true
    try {
      await write({ ...this.known, writtenSeq })
    } catch (error) {
      mayHaveWritten = archive.faultCode(error) !== fenceMismatch
      throw error
    } finally {
      if (mayHaveWritten) this.#maybeWrittenSeq = Math.max(this.#maybeWrittenSeq, writtenSeq)
    }
  }

  /**
   * Must be called when the write has committed. The value is stored beside
   * `flushed_seq`, which an earlier release advances without knowing the fence.
   */
  written(seq: number): void {
    const { hasNoFence, knownSeq } = this.known
    if (hasNoFence || seq > knownSeq) this.#uses.meta.set('fence_seq', seq)
  }

  /** @returns null: the fence matches, or cannot be read now */
  async readFault(): Promise<FenceFault | null> {
    try {
      return this.faultOf(await this.#uses.archive.readFence())
    } catch {
      return null
    }
  }

  /** @returns null: the fence matches */
  faultOf(fence: Fence | undefined): FenceFault | null {
    return fenceFault(fence, this.known)
  }

  get known(): KnownFence {
    const { log, meta } = this.#uses
    return {
      epoch: log.epoch,
      formerEpochs: formerEpochs(meta),
      maybeWrittenSeq: this.#maybeWrittenSeq,
      knownSeq: meta.number('fence_seq'),
      hasNoFence: meta.text('fence_seq') === null,
    }
  }
}
