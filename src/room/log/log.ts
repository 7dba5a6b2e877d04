// The room's log: the latest state of everything that all connections receive, in the room's own
// SQLite. It knows only that there are kinds of events, and gives their changes in one order.

import type { Position } from '../../contract/entities.ts'
import type { ErasureMode } from '../../contract/values.ts'
import type { Change, EventKind, Retention } from './event-kind.ts'
import { rememberEpoch } from './former-epochs.ts'
import type { Head } from './head.ts'
import type { Meta } from './meta.ts'
import { pruneTarget } from './retention.ts'

type Uses = {
  storage: DurableObjectStorage
  meta: Meta
  head: Head
  kinds: readonly EventKind[]
}

export class Log {
  readonly epoch: string
  /** This start of the room created the log. */
  readonly isNew: boolean
  readonly kinds: readonly EventKind[]
  readonly #storage: DurableObjectStorage
  readonly #meta: Meta
  readonly #head: Head

  constructor({ storage, meta, head, kinds }: Uses) {
    this.#storage = storage
    this.#meta = meta
    this.#head = head
    this.kinds = kinds
    const epoch = meta.text('epoch')
    this.isNew = epoch === null
    this.epoch = epoch ?? crypto.randomUUID()
    meta.set('epoch', this.epoch)
  }

  get position(): Position {
    return { epoch: this.epoch, seq: this.#head.seq }
  }

  get prunedSeq(): number {
    return this.#meta.number('pruned_seq')
  }

  /** Runs work wholly or not at all. If it throws, the log is as it was before. */
  transaction<T>(work: () => T): T {
    const restores = [this.#head, ...this.kinds].map((part) => part.snapshot())
    try {
      return this.#storage.transactionSync(work)
    } catch (error) {
      for (const restore of restores) restore()
      this.#meta.reload()
      throw error
    }
  }

  /**
   * The rows of all kinds that changed after `seq`, in event order. The caller may stop reading
   * early, and must not hold them across an await.
   */
  *changesAfter(seq: number): Generator<Change> {
    const sources = this.kinds.map((kind) => {
      const rows = kind.after(seq)[Symbol.iterator]()
      return { kind, rows, next: rows.next() }
    })
    for (;;) {
      let first: (typeof sources)[number] | null = null
      for (const source of sources)
        if (!source.next.done && (!first || source.next.value.seq < first.next.value.seq))
          first = source
      if (!first) return
      yield { kind: first.kind, row: first.next.value }
      first.next = first.rows.next()
    }
  }

  /**
   * Ends this epoch: positions of it mean nothing from now on, and only what Postgres lacks is left.
   * Must run in a transaction, after which the log must be opened anew.
   */
  endEpoch(now: number, flushedSeq: number): void {
    this.#head.store()
    this.#meta.set('pruned_seq', this.#head.seq)
    for (const kind of this.kinds) {
      kind.prune(flushedSeq, now)
      kind.detach()
    }
    rememberEpoch(this.#meta, this.epoch)
    this.#meta.set('epoch', crypto.randomUUID())
  }

  /** Removes a user from the rows of all kinds. @returns how many rows were rewritten */
  eraseUser(userId: string, mode: ErasureMode, now: number): number {
    return this.kinds.reduce((sum, kind) => sum + kind.eraseUser(userId, mode, now), 0)
  }

  /**
   * Deletes what has expired, also what the archive lacks.
   * @param before the lowest id that is kept
   * @returns the keys of dead letters that the deleted rows may have had
   */
  expire(before: string, max: number): string[] {
    this.#head.store()
    return this.kinds.flatMap((kind) => kind.expire(before, max))
  }

  /**
   * Prunes the oldest events that Postgres has, but no dead letter.
   * @param flushedSeq Postgres has every event up to this one
   * @returns whether there is more to prune
   */
  prune(now: number, flushedSeq: number, keep: Retention): boolean {
    const { prunedSeq } = this
    const state = { head: this.#head.seq, prunedSeq }
    const target = Math.min(pruneTarget(this.kinds, now, state, keep), flushedSeq)
    const upTo = Math.min(target, prunedSeq + keep.stepMax)
    if (upTo <= prunedSeq) return false
    // Both are written first. If an error follows, the rows that are left below do no harm. In the
    // other order a client could resume at a `seq` whose rows are partly deleted.
    this.#head.store()
    this.#meta.set('pruned_seq', upTo)
    for (const kind of this.kinds) kind.prune(upTo, now)
    return upTo < target
  }
}
