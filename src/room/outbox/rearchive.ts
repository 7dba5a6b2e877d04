// Mends a Postgres that was set back or lost: everything in the log is written again, with placeholders
// for authors that Postgres does not know, and bans, ended sessions and erasures are applied again. It
// may be repeated, and goes on after a restart.

import type { Rearchive as Progress } from '../../contract/rearchive.ts'
import { storeFaultDetail } from '../../contract/store-faults.ts'
import type { Fence } from '../../domain/fence.ts'
import { type MissingRange, missingRange } from '../../domain/missing-range.ts'
import { tokenMarginMs } from '../../domain/session.ts'
import { logEvent } from '../../logger.ts'
import type { Clock } from '../clock/clock.ts'
import type { Log } from '../log/log.ts'
import type { MarkedRows } from '../log/marked-table.ts'
import type { Messages } from '../log/messages/messages.ts'
import type { Meta } from '../log/meta.ts'
import type { Purges } from '../log/purges/purges.ts'
import type { ReactionTotals } from '../log/reactions/reaction-totals.ts'
import type { Archive, ArchiveRepair } from '../ports.ts'
import type { Outcome } from '../rpc.ts'
import type { AccountEndings } from './account-endings.ts'
import { countDirty } from './dirty-rows.ts'
import type { Outbox } from './outbox.ts'
import type { PurgeWriter } from './purge-writer.ts'

/** No log has more rows. */
const rowsMax = 1_000_000

type Uses = {
  log: Log
  markedTables: readonly MarkedRows[]
  meta: Meta
  messages: Pick<Messages, 'oldestId'>
  archive: Archive
  repair: ArchiveRepair
  purges: Pick<Purges, 'redo'>
  reactionTotals: Pick<ReactionTotals, 'archiveAgain'>
  purgeWriter: Pick<PurgeWriter, 'begin'>
  outbox: Outbox
  accountEndings: AccountEndings
  clock: Clock
  tokenLifeMs: number
}

const iso = (ms: number) => new Date(ms).toISOString()

export class Rearchive {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /**
   * Begins, or answers how far it has come: if it is running already, and Postgres was not set back
   * again, it goes on.
   */
  async begin(): Promise<Outcome<Progress>> {
    const { archive, repair, meta } = this.#uses
    let fence: Fence | undefined
    let newestId: string | null
    try {
      fence = await archive.readFence()
      newestId = await repair.newestId()
    } catch (error) {
      const code = archive.faultCode(error)
      return unavailable(`Postgres cannot be read (${code}). ${storeFaultDetail(code)}.`)
    }
    const fault = this.#uses.outbox.fence.faultOf(fence)
    if (fault === 'other_room' || fault === 'room_set_back')
      return unavailable(`Postgres was not set back (${fault}). ${storeFaultDetail(fault)}.`)
    const isWriting = meta.text('fence_seq') !== null && fault === null
    if (!(this.#isRunning && isWriting)) this.#begin(this.#missing(fence, newestId))
    return { ok: true, value: this.#describe() }
  }

  /** @returns null: it is done, or was never begun */
  progress(): Progress | null {
    return this.#isRunning ? this.#describe() : null
  }

  get #isRunning(): boolean {
    const { meta, outbox, accountEndings } = this.#uses
    return outbox.flushedSeq < meta.number('rearchive_until') || accountEndings.left > 0
  }

  #begin(missing: MissingRange | null): void {
    const { log, markedTables, purges, purgeWriter, meta, clock, outbox } = this.#uses
    const { accountEndings, tokenLifeMs } = this.#uses
    log.transaction(() => {
      for (const table of markedTables) table.markAll()
      purges.redo()
      this.#uses.reactionTotals.archiveAgain()
      meta.set('rearchive_until', log.position.seq)
      meta.set('rearchive_missing', JSON.stringify(missing))
      // Users that registered after the backup may send messages until their access tokens expire.
      meta.set('placeholders_until', clock.now() + tokenLifeMs + tokenMarginMs)
      meta.set('flushed_seq', 0)
      // The log takes over whatever the fence says now.
      meta.delete('fence_seq')
      accountEndings.begin()
    })
    outbox.writeAgain()
    accountEndings.schedule()
    purgeWriter.begin()
    const { detail, missing: range, ...counts } = this.#describe()
    logEvent('rearchive_begun', {
      ...counts,
      missing_after: range?.after,
      missing_before: range?.before,
    })
  }

  #missing(fence: Fence | undefined, newestId: string | null): MissingRange | null {
    const { log, meta, messages, clock } = this.#uses
    // The id is stored with the first message that is pruned, and by a restore.
    const isWhole = log.prunedSeq === 0 && meta.text('last_id') === null
    const { epoch, prunedSeq } = log
    return missingRange(
      { epoch, prunedSeq, oldestId: messages.oldestId, isWhole },
      { fence, newestId },
      clock.wall(),
    )
  }

  #describe(): Progress {
    const { log, markedTables, meta, outbox, accountEndings } = this.#uses
    const range: MissingRange | null = JSON.parse(meta.text('rearchive_missing') ?? 'null')
    const missing = range && {
      after: range.after === null ? null : iso(range.after),
      before: iso(range.before),
    }
    return {
      rows_left: countDirty(log, markedTables, outbox.flushedSeq, rowsMax),
      endings_left: accountEndings.left,
      missing,
      detail: `${missing ? lost(missing) : 'No message is missing'}. ${ofAccounts}`,
    }
  }
}

const ofAccounts =
  'Registrations, logins and changes of passwords since the backup are lost, and all accounts if ' +
  'there was none: people log in again, or register again under the same name.'

function lost({ after, before }: NonNullable<Progress['missing']>): string {
  const time = after === null ? `before ${before}` : `between ${after} and ${before}`
  return `Messages sent, edited or deleted ${time} may be lost: neither Postgres nor the room has all of them`
}

function unavailable(detail: string): Outcome<never> {
  return { ok: false, refusal: { code: 'unavailable', detail } }
}
